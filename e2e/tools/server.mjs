// Serves the built page, and folders of this machine under addresses of their own.
import { createServer } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { CONTENT_POLICY } from './content-policy.mjs';
import { ROOT } from './process.mjs';

/**
 * @param {{ port: number, host?: string, folders?: Map<string, string> }} options port 0 takes any free one;
 *   without a host every interface is served; folders: path beginning and ending in "/" → folder. Folders may
 *   be added while it serves.
 * @returns {Promise<import('node:http').Server>} rejects where the port is taken
 */
export function serve({ port, host, folders = new Map() }) {
  // Workers take their policy from this header, not from the page's own.
  const setHeaders = (response) => response.setHeader('content-security-policy', CONTENT_POLICY);
  const page = sirv(join(ROOT, 'dist'), { setHeaders });
  const served = new Map();
  const server = createServer((request, response) => {
    for (const [path, folder] of folders) {
      if (request.url?.startsWith(path)) {
        // `dev` reads the folder at each request, so that its files may still change.
        if (!served.has(path)) served.set(path, sirv(folder, { dev: true }));
        request.url = request.url.slice(path.length - 1);
        return served.get(path)(request, response);
      }
    }
    return page(request, response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
