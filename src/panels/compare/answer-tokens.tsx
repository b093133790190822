import type { GeneratedToken } from '../../state/run-report';
import { onOneLine } from '../parts/token-text';

interface AnswerTokensProps {
  generated: GeneratedToken[];
  /** Index of the first token that is not the other answer's. */
  firstDifference: number | null;
  isOver: boolean;
}

/** An answer, with the first token marked at which it leaves the other one. */
export function AnswerTokens({ generated, firstDifference, isOver }: AnswerTokensProps) {
  if (generated.length === 0) return <span className="hint">{isOver ? 'nothing' : '…'}</span>;
  return (
    <span className="answer-tokens">
      {generated.map(({ piece }, index) =>
        index === firstDifference ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place in the answer
          <mark key={index} title="The answers part here">
            {onOneLine(piece)}
          </mark>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place in the answer
          <span key={index}>{onOneLine(piece)}</span>
        ),
      )}
    </span>
  );
}
