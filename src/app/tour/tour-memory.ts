const KEY = 'needlescope.tour';

/** Whether the tour was never taken or turned down in this browser. Without storage it is not offered at all. */
export function isTourNew(): boolean {
  try {
    return localStorage.getItem(KEY) === null;
  } catch {
    return false;
  }
}

export function rememberTour(): void {
  try {
    localStorage.setItem(KEY, 'offered');
  } catch {
    // Nothing to do: such a browser is not offered the tour.
  }
}
