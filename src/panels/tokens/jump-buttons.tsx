import { useText } from '../../state/text';

/** Scrolls to the places that a prompt is about. */
export function JumpButtons({ onJump }: { onJump(position: number): void }) {
  const { needleSpan, questionSpan } = useText();
  return (
    <span className="jumps">
      {needleSpan && (
        <button type="button" className="small" onClick={() => onJump(needleSpan[0])}>
          <span className="swatch needle-swatch" aria-hidden="true" />
          needle
        </button>
      )}
      {questionSpan && (
        <button type="button" className="small" onClick={() => onJump(questionSpan[1] - 1)}>
          <span className="swatch question-swatch" aria-hidden="true" />
          question
        </button>
      )}
    </span>
  );
}
