export interface Repository {
  files: Record<string, Uint8Array>;
  /** Only who sends it may read. */
  token?: string;
  /** `main` alone where absent. */
  revisions?: string[];
}

export interface Hub {
  url: string;
  repositories: Record<string, Repository>;
  requests: {
    method: string;
    path: string;
    range: string | undefined;
    authorization: string | undefined;
  }[];
  ranges: boolean;
  lists: boolean;
  cutAfter: number | null;
  slowly: number | null;
  down: boolean;
  close(): void;
}

export function startHub(repositories: Record<string, Repository>): Promise<Hub>;
