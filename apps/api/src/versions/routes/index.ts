import type { Route } from '../route.js';

/** Every route, by noun. */
export const routes: readonly Route[] = [];
