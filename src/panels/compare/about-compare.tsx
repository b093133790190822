import { PaperLink } from '../parts/info';

export function AboutCompare() {
  return (
    <>
      <p>
        The same prompt runs a second time beside the run on screen: A is the strategy of the
        Strategy panel, B the one chosen here. B answers freely first; then it is fed A’s answer,
        token by token, and at each one its distribution of the next token is compared with A’s.
      </p>
      <p className="formula">KL(A‖B) = Σₓ p(x) · (ln p(x) − ln q(x)) nats, p from A, q from B</p>
      <p>
        0 nats means that B would go on just as A did; above about 1 nat it would say something
        else. A ≠ marks tokens at which B finds another token most likely. The strip shows which
        positions of the prompt each run still held at its end: A upwards, B downwards.
      </p>
      <p>
        Try: Dense against StreamingLLM with the needle in the middle, and see at which token of the
        answer the divergence rises, and whether B still held the needle.
      </p>
      <PaperLink
        title="On Information and Sufficiency"
        authors="Kullback & Leibler"
        year={1951}
        arxiv={null}
      />
    </>
  );
}
