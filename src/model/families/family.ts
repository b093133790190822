import type { ModelConfig } from '../config';
import type { Fields } from '../fields';
import type { ModelRoles } from '../roles';

/** One family of models: what its `config.json` means, and what its tensors are for. */
export interface Family {
  /** The name that `architectures` must contain where the file has it. */
  architecture: string;
  /** @throws TroubleError `model-unsupported` or `model-damaged` that names the field */
  describe(fields: Fields): ModelConfig;
  roles(config: ModelConfig): ModelRoles;
  /** How names of tensors may begin instead of what the roles say, and with what. */
  prefixes: [found: string, meant: string][];
}
