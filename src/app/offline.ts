/**
 * Keeps the page itself in the browser, once the model is there and the network is free: kept models then work
 * without a connection, too. The command line's browsers live too short for it.
 */
export function keepPageOffline(modelReady: Promise<unknown>): void {
  const headless = new URLSearchParams(location.search).has('headless');
  if (!import.meta.env.PROD || headless || !('serviceWorker' in navigator)) return;
  const register = () =>
    // Without it the page works as before; private windows often refuse.
    navigator.serviceWorker.register('offline.js').catch(() => {});
  modelReady.then(register, register);
}
