import { useMemo } from 'react';
import type { PlacedNeedle } from '../needle/prompt-spec';
import { usePage } from './page-context';
import type { PageState } from './page-store';

/** The text on screen: the prompt and, after a run, the generated tokens behind it. */
export interface Text {
  pieces: string[];
  promptLength: number;
  needles: PlacedNeedle[];
  /** The first needle that the answer needs. */
  needleSpan: [number, number] | null;
  questionSpan: [number, number] | null;
}

const EMPTY: Text = {
  pieces: [],
  promptLength: 0,
  needles: [],
  needleSpan: null,
  questionSpan: null,
};

const selectPrompt = (state: PageState) => state.run?.prompt ?? state.prompt;
const selectGenerated = (state: PageState) => state.run?.generated ?? null;

export function useText(): Text {
  const prompt = usePage(selectPrompt);
  const generated = usePage(selectGenerated);
  return useMemo(() => {
    if (!prompt) return EMPTY;
    const { pieces, needles, needleSpan, questionSpan } = prompt;
    const written = generated?.map(({ piece }) => piece) ?? [];
    return {
      pieces: [...pieces, ...written],
      promptLength: pieces.length,
      needles,
      needleSpan,
      questionSpan,
    };
  }, [prompt, generated]);
}
