// The page's content security policy: in the built page, and in what the servers of this folder send.

/**
 * Scripts come from the page's own origin, without eval and without code in the markup. Styles may be inline:
 * charts set them. Connections may go to any https host and to this machine, since the hosts of models are
 * the user's choice, and hubs redirect to hosts that nobody can name beforehand.
 */
const POLICY = {
  'default-src': "'self'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: blob:",
  'connect-src': "'self' https: http://localhost:* http://127.0.0.1:*",
  'worker-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

export const CONTENT_POLICY = Object.entries(POLICY)
  .map(([directive, sources]) => `${directive} ${sources}`)
  .join('; ');

/** Puts the policy into the built page. In development Vite writes scripts into the markup itself. */
export function contentPolicy() {
  return {
    name: 'content-policy',
    apply: /** @type {const} */ ('build'),
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_POLICY },
        injectTo: /** @type {const} */ ('head-prepend'),
      },
    ],
  };
}
