// Serves the built page on the port that playwright.config.ts chose.
import { ensureBuilt } from './build.mjs';
import { serve } from './server.mjs';

await ensureBuilt();
await serve({ port: Number(process.env.NEEDLESCOPE_PORT) });
