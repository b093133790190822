import { useRef } from 'react';
import { FoldingPanel } from '../parts/panel';
import { AboutTokens } from './about-tokens';
import { JumpButtons } from './jump-buttons';
import { ShadingChoice } from './shading-choice';
import { TokenPane } from './token-pane';
import type { TokenView } from './token-view';
import { tokenNumbers } from './tokens-table';
import './tokens-panel.css';

const EXPORTS = { picture: '.token-text, .token-curves', numbers: tokenNumbers };

/** The text as the model reads it. */
export function TokensPanel() {
  const view = useRef<TokenView>(null);
  return (
    <FoldingPanel
      name="tokens"
      title="Tokens"
      info={<AboutTokens />}
      tools={
        <>
          <JumpButtons onJump={(position) => view.current?.reveal(position)} />
          <ShadingChoice />
        </>
      }
      exports={EXPORTS}
    >
      <TokenPane view={view} />
    </FoldingPanel>
  );
}
