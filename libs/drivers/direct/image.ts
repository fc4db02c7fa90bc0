import { type JsonObject, type NodePatch, setFields } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { NodeView } from '../core/context.js';
import { readBoolean, readText } from '../core/driver-info.js';

function isHttp(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

function missing(node: NodeView, names: string[]): BessemerError {
  return new BessemerError(
    'invalid',
    `Node ${node.uuid} failed to validate deploy image info. Some parameters were missing. ` +
      `Missing are: [${names.map((name) => `'instance_info.${name}'`).join(', ')}]`,
    { field: names[0] ? `instance_info/${names[0]}` : 'instance_info', remedy: 'Set them in instance_info.' },
  );
}

/** Whether the type in `instance_info` was written there by a deployment; a later one decides anew. */
const derivedType = 'image_type_derived';

const givenType = (node: NodeView): string | undefined =>
  node.driver_internal_info[derivedType] === true ? undefined : readText(node.instance_info, 'image_type');

/** Whether the image is one of a partition, with its kernel and ramdisk apart. */
export function isPartitionImage(node: NodeView): boolean {
  const type = givenType(node);
  if (type === 'partition') return true;
  if (type === 'whole-disk' || type === 'whole-disk-image') return false;
  return Boolean(node.instance_info['kernel'] && node.instance_info['ramdisk']);
}

/**
 * Checks that `instance_info` says what to write and how it is verified.
 * @throws `invalid`, naming what is missing
 */
export function validateImage(node: NodeView): void {
  const info = node.instance_info;
  const source = readText(info, 'image_source');
  if (source === undefined) throw missing(node, ['image_source']);
  if (!isHttp(source) || !URL.canParse(source))
    throw new BessemerError('invalid', 'instance_info.image_source must be an http or https URL.', {
      field: 'instance_info/image_source',
      remedy: 'Put the image onto a web server that the machine reaches, and give its URL.',
    });
  const algorithm = readText(info, 'image_os_hash_algo');
  const hash = readText(info, 'image_os_hash_value');
  if ((algorithm === undefined) !== (hash === undefined))
    throw missing(node, [algorithm === undefined ? 'image_os_hash_algo' : 'image_os_hash_value']);
  if (hash === undefined && readText(info, 'image_checksum') === undefined) throw missing(node, ['image_checksum']);
  if (isPartitionImage(node)) {
    const absent = ['kernel', 'ramdisk', 'root_gb'].filter((name) => readText(info, name) === undefined);
    if (absent.length > 0) throw missing(node, absent);
  }
}

/** What the record says of the image from the beginning of its deployment, as clients know it. */
export function imagePatch(node: NodeView): NodePatch {
  const type = givenType(node);
  return setFields({
    'instance_info/image_url': readText(node.instance_info, 'image_source') ?? null,
    'instance_info/image_type': type ?? (isPartitionImage(node) ? 'partition' : 'whole-disk'),
    [`driver_internal_info/${derivedType}`]: type === undefined,
  });
}

/** Lets the record forget with the instance that its image type was written by a deployment. */
export const forgottenImage: NodePatch = { fields: [{ op: 'remove', path: `/driver_internal_info/${derivedType}` }] };

/**
 * What the agent needs to write the image (reference: agent.md, write_image).
 * @param configDrive a base64 text of a gzipped image, or a URL; undefined for none
 */
export function imageInfo(node: NodeView, configDrive: string | undefined): JsonObject {
  const { instance_info: info, driver_info: driver } = node;
  const source = readText(info, 'image_source') ?? '';
  const result: JsonObject = {
    id: source.split('?')[0]?.split('/').filter(Boolean).pop() ?? source,
    urls: [source],
    disk_format: readText(info, 'image_disk_format') ?? 'qcow2',
    container_format: readText(info, 'image_container_format') ?? null,
    stream_raw_images: true,
    node_uuid: node.uuid,
    ...hashes(info),
    ...proxies(driver),
  };
  if (configDrive !== undefined) result['configdrive'] = configDrive;
  return isPartitionImage(node) ? { ...result, ...partitions(info) } : result;
}

function hashes(info: JsonObject): JsonObject {
  const checksum = readText(info, 'image_checksum');
  const algorithm = readText(info, 'image_os_hash_algo');
  const value = readText(info, 'image_os_hash_value');
  return {
    ...(checksum === undefined ? {} : { checksum }),
    ...(algorithm === undefined || value === undefined ? {} : { os_hash_algo: algorithm, os_hash_value: value }),
  };
}

function proxies(driver: JsonObject): JsonObject {
  const http = readText(driver, 'image_http_proxy');
  const https = readText(driver, 'image_https_proxy');
  if (http === undefined && https === undefined) return {};
  const exceptions = readText(driver, 'image_no_proxy');
  return {
    proxies: { ...(http === undefined ? {} : { http }), ...(https === undefined ? {} : { https }) },
    ...(exceptions === undefined ? {} : { no_proxy: exceptions }),
  };
}

function partitions(info: JsonObject): JsonObject {
  const gigabytes = (name: string) => Number(readText(info, name) ?? 0);
  return {
    kernel: readText(info, 'kernel') ?? null,
    ramdisk: readText(info, 'ramdisk') ?? null,
    image_type: 'partition',
    root_gb: String(gigabytes('root_gb')),
    root_mb: gigabytes('root_gb') * 1024,
    swap_mb: gigabytes('swap_mb'),
    ephemeral_mb: gigabytes('ephemeral_gb') * 1024,
    ephemeral_format: readText(info, 'ephemeral_format') ?? null,
    preserve_ephemeral: readBoolean(info, 'preserve_ephemeral') ?? false,
    deploy_boot_mode: readText(info, 'deploy_boot_mode') ?? 'uefi',
    boot_option: 'local',
    disk_label: readText(info, 'disk_label') ?? null,
  };
}
