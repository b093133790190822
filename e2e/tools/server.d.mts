import type { Server } from 'node:http';

export function serve(options: {
  port: number;
  host?: string;
  folders?: Map<string, string>;
}): Promise<Server>;
