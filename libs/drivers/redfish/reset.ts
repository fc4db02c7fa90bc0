import { BessemerError } from '@bessemer/errors';
import type { RedfishBmc } from './redfish.js';
import { objectIn, type Resource, textsIn } from './resource.js';

/** Ways to reset a machine, the standard's words, in order of preference. */
export type ResetTypes = readonly string[];

/**
 * Resets the machine in the first of these ways that its BMC offers; in the first of all where it does not say.
 * @throws `unsupported`, naming the ways that it does offer
 */
export async function reset(bmc: RedfishBmc, system: Resource, wanted: ResetTypes): Promise<void> {
  const action = objectIn(system.body['Actions'], '#ComputerSystem.Reset');
  const target = action['target'];
  const offered = textsIn(action, 'ResetType@Redfish.AllowableValues') ?? (await offeredBy(bmc, action));
  const type = wanted.find((candidate) => offered?.includes(candidate) ?? true);
  if (type === undefined || typeof target !== 'string')
    throw new BessemerError(
      'unsupported',
      `The BMC at ${bmc.address} cannot do ${wanted.join(' or ')} on ${system.path}.`,
      { remedy: `It offers ${(typeof target === 'string' ? offered : undefined)?.join(', ') || 'no reset'}.` },
    );
  await bmc.post(target, { ResetType: type });
}

async function offeredBy(bmc: RedfishBmc, action: Resource['body']): Promise<string[] | undefined> {
  const info = action['@Redfish.ActionInfo'];
  if (typeof info !== 'string') return undefined;
  const { body } = await bmc.get(info);
  const parameters = Array.isArray(body['Parameters']) ? body['Parameters'] : [];
  const parameter = parameters.find((candidate) => objectIn({ candidate }, 'candidate')['Name'] === 'ResetType');
  return textsIn(parameter, 'AllowableValues');
}
