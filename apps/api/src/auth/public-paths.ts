import { routes } from '../versions/routes/index.js';
import { publicPolicy } from './policy.js';

const publicPatterns = routes
  .filter(({ policy }) => policy === publicPolicy)
  .map(({ path }) => path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+'));
const publicPaths = new RegExp(`^(${publicPatterns.join('|')})(\\.json)?$`);

/**
 * Whether the path is for everyone, by the table of routes (reference: api.md §0.6).
 *
 * @param path as it is routed: with `/v1` and without a slash at the end
 */
export const isPublicPath = (path: string): boolean => publicPaths.test(path);
