// `npm start`: installs and builds what is missing, serves the page and prints its address.
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';

const FIRST_PORT = 4173;
const LAST_PORT = 4193;

try {
  await ensureInstalled();
  await ensureBuilt();
  const { serve } = await import('./server.mjs');
  const port = await serveOnFreePort(serve);
  console.log(`Needlescope runs at http://localhost:${port}/ (Ctrl+C ends it)`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function serveOnFreePort(serve) {
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) {
    try {
      await serve({ port });
      return port;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`All ports from ${FIRST_PORT} to ${LAST_PORT} are taken.`);
}
