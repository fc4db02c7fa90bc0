const publicPaths = /^\/(healthcheck|v1(\/(lookup|continue_inspection|heartbeat\/[^/]+))?)?(\.json)?$/;

/**
 * Whether the path is for everyone (reference: api.md §0.6).
 *
 * @param path as it is routed: with `/v1` and without a slash at the end
 */
export const isPublicPath = (path: string): boolean => publicPaths.test(path);

/** Whether the path is for the services alone; its handler asks for their token. */
export const isInternalPath = (path: string): boolean => path.startsWith('/v1/internal/');
