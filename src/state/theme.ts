import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: Theme[] = ['system', 'light', 'dark'];

const STORED_AS = 'needlescope.theme';
const CHANGED = 'needlescope-theme';

/** What the reader chose; the style sheet reads the same attribute. */
export function currentTheme(): Theme {
  const stored = document.documentElement.dataset.theme;
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

/** Puts the theme of the last visit in place, before anything is drawn. */
export function restoreTheme() {
  const stored = localStorage.getItem(STORED_AS);
  if (stored) document.documentElement.dataset.theme = stored;
}

export function chooseTheme(theme: Theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(STORED_AS, theme);
  window.dispatchEvent(new Event(CHANGED));
}

export function useTheme(): Theme {
  return useSyncExternalStore(onThemeChange, currentTheme);
}

/** Whether the page is dark now: for what is drawn on a canvas, which the style sheet cannot reach. */
export function useIsDark(): boolean {
  return useSyncExternalStore(onThemeChange, isDark);
}

function isDark(): boolean {
  const theme = currentTheme();
  return theme === 'system' ? systemDark().matches : theme === 'dark';
}

function onThemeChange(changed: () => void): () => void {
  const system = systemDark();
  system.addEventListener('change', changed);
  window.addEventListener(CHANGED, changed);
  return () => {
    system.removeEventListener('change', changed);
    window.removeEventListener(CHANGED, changed);
  };
}

function systemDark(): MediaQueryList {
  return window.matchMedia('(prefers-color-scheme: dark)');
}
