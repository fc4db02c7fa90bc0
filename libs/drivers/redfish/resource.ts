import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';

/** A resource as a BMC shows it. */
export interface Resource {
  readonly path: string;
  /** Its revision there, undefined where the BMC keeps none. */
  readonly etag: string | undefined;
  readonly body: JsonObject;
}

/** The object under a key; an empty one when there is none. */
export function objectIn(value: Json | undefined, key: string): JsonObject {
  const found = isJsonObject(value) ? value[key] : undefined;
  return isJsonObject(found) ? found : {};
}

/** The path under a key that holds a link, undefined when there is none. */
export function linkIn(value: Json | undefined, key: string): string | undefined {
  return pathOf(objectIn(value, key));
}

/** The paths under a key that holds a list of links. */
export function linksIn(value: Json | undefined, key: string): string[] {
  const list = isJsonObject(value) ? value[key] : undefined;
  return (Array.isArray(list) ? list : []).map(pathOf).filter((path) => path !== undefined);
}

/** The texts under a key that holds a list of them; undefined when there is no list. */
export function textsIn(value: Json | undefined, key: string): string[] | undefined {
  const list = isJsonObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : undefined;
}

function pathOf(link: Json): string | undefined {
  const path = isJsonObject(link) ? link['@odata.id'] : undefined;
  return typeof path === 'string' && path !== '' ? path : undefined;
}
