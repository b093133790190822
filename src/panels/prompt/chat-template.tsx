import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';

const selectChat = (state: PageState) => state.setup.chat;
const selectHasTemplate = (state: PageState) => state.model?.hasChatTemplate === true;
const selectFrame = (state: PageState) => state.prompt?.frame ?? null;

/** Lets the prompt go through the model's chat template, and shows what that makes of it. */
export function ChatTemplate() {
  const chat = usePage(selectChat);
  const hasTemplate = usePage(selectHasTemplate);
  const frame = usePage(selectFrame);
  const { changeSetup } = usePageActions();
  // A link may ask for what this model lacks; then it must be possible to switch it off.
  if (!hasTemplate && !chat) return null;
  return (
    <div className="chat-template">
      <label className="check">
        <input
          type="checkbox"
          checked={chat}
          onChange={(event) => changeSetup({ chat: event.target.checked })}
        />{' '}
        use chat template
      </label>
      {chat && frame && (
        <details>
          <summary>Rendered prompt</summary>
          <pre className="rendered">
            <b>{frame.before}</b>
            {'… text, needle and question …'}
            <b>{frame.after}</b>
          </pre>
        </details>
      )}
    </div>
  );
}
