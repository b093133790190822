import type { LaunchOptions } from 'playwright';

export function findBrowser(): string | null;
export function browserLaunchOptions(options?: { adapter?: 'software' | 'gpu' }): LaunchOptions;
