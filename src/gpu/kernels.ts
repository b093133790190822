import { type Binding, bindingsOf, overridesOf } from './wgsl';

/** A shader file with the shared files that it needs, joined; WGSL does not mind the order. */
export interface Kernel {
  name: string;
  code: string;
}

/** Values for override constants; more than a kernel declares may be given. */
export type Constants = Record<string, number>;

/** A compiled kernel with the bindings of its own group (1); group 0 is the same for all. */
export interface Pipeline {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
  bindings: Binding[];
  name: string;
  constants: Constants;
}

/** Something to bind: a whole buffer or a part of one. */
export type Resource = GPUBuffer | GPUBufferBinding;

/**
 * Compiles kernels for one device, one precision and one shared bind group layout. Compiling is
 * asynchronous, so that the driver can use its own threads and nothing freezes.
 */
export class KernelCompiler {
  constructor(
    private readonly device: GPUDevice,
    private readonly precision: 'f32' | 'f16',
    private readonly sharedLayout: GPUBindGroupLayout,
  ) {}

  async compile(kernel: Kernel, constants: Constants): Promise<Pipeline> {
    const { device } = this;
    const bindings = bindingsOf(kernel.code, 1);
    const layout = device.createBindGroupLayout({
      label: kernel.name,
      entries: bindings.map(({ index, kind }) => layoutEntry(index, kind)),
    });
    const module = device.createShaderModule({
      label: kernel.name,
      code: precisionHeader(this.precision) + kernel.code,
    });
    try {
      const pipeline = await device.createComputePipelineAsync({
        label: kernel.name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [this.sharedLayout, layout] }),
        compute: {
          module,
          entryPoint: 'main',
          constants: declaredConstants(kernel, constants),
        },
      });
      return { pipeline, layout, bindings, name: kernel.name, constants };
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const lines = messages.map(
        ({ lineNum, linePos, message }) => `${lineNum}:${linePos} ${message}`,
      );
      throw new Error(`${kernel.name} did not compile. ${lines.join('\n') || String(error)}`);
    }
  }

  /** Binds resources by the names that the shader gives them. */
  bind(pipeline: Pipeline, resources: Record<string, Resource>): GPUBindGroup {
    return this.device.createBindGroup({
      label: pipeline.name,
      layout: pipeline.layout,
      entries: pipeline.bindings.map(({ index, name }) => {
        const resource = resources[name];
        if (!resource) throw new Error(`${pipeline.name}: nothing to bind to ${name}.`);
        return { binding: index, resource: 'buffer' in resource ? resource : { buffer: resource } };
      }),
    });
  }
}

export function layoutEntry(binding: number, kind: Binding['kind']): GPUBindGroupLayoutEntry {
  const type = kind === 'read' ? 'read-only-storage' : kind === 'write' ? 'storage' : 'uniform';
  return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } };
}

/** The one text variant of the shaders: what weights and cache are stored as, and products computed in. */
function precisionHeader(precision: 'f32' | 'f16'): string {
  return precision === 'f16' ? 'enable f16;\nalias elem = f16;\n' : 'alias elem = f32;\n';
}

function declaredConstants(kernel: Kernel, constants: Constants): Constants {
  const declared: Constants = {};
  for (const { name, optional } of overridesOf(kernel.code)) {
    if (constants[name] !== undefined) declared[name] = constants[name];
    else if (!optional) throw new Error(`${kernel.name}: constant ${name} has no value.`);
  }
  return declared;
}
