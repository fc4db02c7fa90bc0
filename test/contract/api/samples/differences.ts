const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$/;

/** Members whose own members are whatever somebody has put there. */
const open = new Set([
  'extra',
  'properties',
  'driver_info',
  'driver_internal_info',
  'instance_info',
  'internal_info',
  'args',
  'settings',
  'network_data',
  'local_link_connection',
  'config',
]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'string') return typeof value;
  if (uuid.test(value)) return 'UUID';
  return time.test(value) ? 'time' : 'string';
}

/** The differences from the item of the sample that has the fewest. */
function nearest(sample: readonly unknown[], ours: unknown, path: string): string[] {
  const found = sample.map((item) => differences(item, ours, path));
  return found.reduce((least, next) => (next.length < least.length ? next : least));
}

/** Keys that one side has and the other lacks, and values of another type; `null` in the sample stands for any type. */
export function differences(sample: unknown, ours: unknown, path = ''): string[] {
  if (sample === null) return [];
  const [wanted, got] = [kindOf(sample), kindOf(ours)];
  if (wanted !== got) return [`${path}: ${wanted} in the sample, ${got} here`];
  if (Array.isArray(sample) && Array.isArray(ours)) {
    if (sample.length === 0) return [];
    if (ours.length === 0) return [`${path}: empty`];
    return ours.flatMap((item, index) => nearest(sample, item, `${path}/${index}`));
  }
  if (!isObject(sample) || !isObject(ours) || open.has(path.split('/').at(-1) ?? '')) return [];
  const missing = Object.keys(sample).filter((key) => !(key in ours));
  const added = Object.keys(ours).filter((key) => !(key in sample));
  return [
    ...missing.map((key) => `${path}/${key}: missing`),
    ...added.map((key) => `${path}/${key}: not in the sample`),
    ...Object.keys(sample)
      .filter((key) => key in ours)
      .flatMap((key) => differences(sample[key], ours[key], `${path}/${key}`)),
  ];
}
