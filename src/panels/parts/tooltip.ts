export interface Tooltip {
  /** Shows lines of text beside a point of the window. */
  show(clientX: number, clientY: number, lines: string[]): void;
  hide(): void;
  destroy(): void;
}

const GAP_PX = 14;

/** A box that follows the pointer. What it says can also be read elsewhere, so it is hidden from readers. */
export function createTooltip(): Tooltip {
  const box = document.createElement('div');
  box.className = 'tooltip';
  box.setAttribute('aria-hidden', 'true');
  box.hidden = true;
  document.body.append(box);

  return {
    show(clientX, clientY, lines) {
      box.replaceChildren(
        ...lines.map((line) => {
          const row = document.createElement('div');
          row.textContent = line;
          return row;
        }),
      );
      box.hidden = false;
      const { offsetWidth, offsetHeight } = box;
      const right = clientX + GAP_PX + offsetWidth < window.innerWidth;
      const below = clientY + GAP_PX + offsetHeight < window.innerHeight;
      const x = right ? clientX + GAP_PX : Math.max(0, clientX - GAP_PX - offsetWidth);
      const y = below ? clientY + GAP_PX : Math.max(0, clientY - GAP_PX - offsetHeight);
      box.style.transform = `translate(${x}px, ${y}px)`;
    },
    hide() {
      box.hidden = true;
    },
    destroy: () => box.remove(),
  };
}
