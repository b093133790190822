import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { PageActions } from './page-actions';
import type { PageState, PageStore } from './page-store';

export const PageContext = createContext<{ store: PageStore; actions: PageActions } | null>(null);

/** What the page shows; the selector is a module constant or returns a part of the state as it is. */
export function usePage<T>(selector: (state: PageState) => T): T {
  return useStore(usePageContext().store, selector);
}

export function usePageActions(): PageActions {
  return usePageContext().actions;
}

export function usePageStore(): PageStore {
  return usePageContext().store;
}

function usePageContext() {
  const context = useContext(PageContext);
  if (!context) throw new Error('This part of the page must be inside a PageContext.');
  return context;
}
