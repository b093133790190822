import { statSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import type { HeadlessApi, Steps } from '../../../src/app/headless-types';
import { type Trouble, troubleOf } from '../../../src/trouble';
import { browserLaunchOptions } from '../browser.mjs';
import { serve } from '../server.mjs';
import type { Arguments } from './arguments';

const PAGE_TIMEOUT_MS = 60_000;

/** A call of `window.needlescope`, and where the page is to be opened for it. */
export interface PageCall extends Pick<Arguments, 'adapter' | 'model' | 'precision'> {
  call: { command: keyof HeadlessApi; options: object };
}

/** A call that the page refused or failed at. */
export class CallError extends Error {
  constructor(readonly trouble: Trouble) {
    super(`${trouble.what} ${trouble.advice}`);
  }
}

/** The built page in a browser, kept from call to call as long as model and adapter stay the same. */
export class Session {
  private readonly folders = new Map<string, string>();
  private server: Server | null = null;
  private browser: Browser | null = null;
  private page: Page | null = null;
  private opened: string | null = null;

  /**
   * @param onProgress told by calls that take long
   * @param staysOnInterrupt Ctrl-C leaves the browser to the caller, who has something to finish
   */
  constructor(
    private readonly onProgress: (steps: Steps) => void,
    private readonly staysOnInterrupt = false,
  ) {}

  /** @throws CallError */
  async call({ call, adapter, model, precision }: PageCall): Promise<unknown> {
    const page = await this.open({ adapter, model, precision });
    const outcome = await this.evaluate(page, call);
    if (outcome.ok) return outcome.value;
    const trouble = outcome.trouble ?? troubleOf(outcome.message);
    throw new CallError({ ...trouble, what: this.withFolders(trouble.what, page) });
  }

  private async evaluate(page: Page, call: PageCall['call']) {
    try {
      // No function inside may have a name of its own: compiled, it would call a helper that pages lack.
      return await page.evaluate(async ({ command, options }: PageCall['call']) => {
        const run = window.needlescope?.[command] as (...given: unknown[]) => Promise<unknown>;
        return run(options, Reflect.get(window, 'labProgress')).then(
          (value) => ({ ok: true as const, value }),
          // A thrown error loses its fields on the way out of the page, so it leaves as data.
          (error: { message?: string; trouble?: Trouble }) => ({
            ok: false as const,
            trouble: error.trouble ?? null,
            message: error.message ?? String(error),
          }),
        );
      }, call);
    } catch (error) {
      // The page itself failed; the next call gets a new one.
      this.opened = null;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser?.close();
    this.server?.closeAllConnections();
    this.server?.close();
  }

  private async open({ adapter, model, precision }: Omit<PageCall, 'call'>): Promise<Page> {
    const wanted = `${adapter} ${precision} ${model ?? ''}`;
    if (this.page && this.opened === wanted) return this.page;
    await this.browser?.close();
    this.server ??= await serve({ port: 0, host: '127.0.0.1', folders: this.folders });
    const { port } = this.server.address() as AddressInfo;
    const address = new URL(`http://127.0.0.1:${port}/?headless=1`);
    address.searchParams.set('precision', precision);
    if (model) address.searchParams.set('model', this.modelAddress(model));
    this.browser = await chromium.launch({
      ...browserLaunchOptions({ adapter }),
      handleSIGINT: !this.staysOnInterrupt,
      handleSIGTERM: !this.staysOnInterrupt,
    });
    const page = await this.browser.newPage();
    await page.exposeFunction('labProgress', this.onProgress);
    // The variable that other programs know a mirror of the hub by.
    const hub = process.env.HF_ENDPOINT;
    if (hub) await page.addInitScript((url) => localStorage.setItem('needlescope.hub', url), hub);
    let problem = '';
    page.on('pageerror', (error) => {
      problem ||= error.message;
    });
    await page.goto(address.href);
    await page
      .waitForFunction(() => 'needlescope' in window, null, { timeout: PAGE_TIMEOUT_MS })
      .catch((error: unknown) => {
        throw new Error(`The page did not start: ${problem || String(error)}`);
      });
    this.page = page;
    this.opened = wanted;
    return page;
  }

  /** What `?model=` takes. */
  private modelAddress(model: string): string {
    if (model.startsWith('hub:')) return model;
    if (!statSync(model).isFile()) return this.folderAddress(model);
    return `${this.folderAddress(dirname(model))}${encodeURIComponent(basename(model))}`;
  }

  /** The address under which the server offers a folder of this machine. */
  private folderAddress(folder: string): string {
    for (const [address, known] of this.folders) if (known === folder) return address;
    const name = encodeURIComponent(folder.split(/[\\/]/).findLast((part) => part !== '') ?? '');
    const address = `/local-model/${this.folders.size}/${name}/`;
    this.folders.set(address, folder);
    return address;
  }

  /** Local folders instead of the addresses under which only the page knows them. */
  private withFolders(text: string, page: Page): string {
    let replaced = text;
    for (const [path, folder] of this.folders) {
      replaced = replaced.replaceAll(new URL(path, page.url()).href, `${folder}/`);
    }
    return replaced;
  }
}
