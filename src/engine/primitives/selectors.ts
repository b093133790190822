import toBitsCode from '../../../shaders/select/to-bits.wgsl?raw';
import toCountCode from '../../../shaders/select/to-count.wgsl?raw';
import toListCode from '../../../shaders/select/to-list.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import select from '../../../shaders/shared/select.wgsl?raw';
import { kernel, SHARED } from '../kernels';

/** Invocations that share a row: the constant THREADS of the kernels below. */
export const SELECTOR_THREADS = 256;

/** What a selector goes by: the constant MEASURE of `shaders/shared/select.wgsl`. */
export const MEASURE = { count: 0, mass: 1, threshold: 2 };

/** Chosen indices of each row as a list. */
export const SELECT_LIST = kernel('select/to-list', toListCode, SHARED.reduce, forced, select);

/** Chosen indices of each row as bits. */
export const SELECT_BITS = kernel('select/to-bits', toBitsCode, SHARED.reduce, forced, select);

/** How many indices of each row are chosen. */
export const SELECT_COUNT = kernel('select/to-count', toCountCode, SHARED.reduce, forced, select);
