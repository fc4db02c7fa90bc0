/** The records of the samples. */
export const node = '6d85703a-565d-469a-96ce-30b6de53079d';
export const portgroup = 'e43c722c-248e-4c6e-8ce8-0d8ff129387a';
export const port = 'd2b30520-907d-46c8-bfee-c5586e6fb3a1';
export const chassis = 'dff29d23-1ded-43b4-8ae1-5eebb3e30de1';
export const connector = '9bf93e01-d728-47a3-ad4b-5e66a835037c';
export const target = 'bd4d008c-7d31-463d-abf9-6c23d9d55f7f';
export const allocation = '5344a3e2-978a-444e-990a-cbf47c62ef88';
export const template = 'bbb45f41-d4bc-4307-8d1d-32f95ce1e920';
export const runbook = 'fc6b1709-8dd5-86b0-2d34-5203d1c29127';
/** A node whose machine an agent may look up. */
export const waitingNode = '2b045129-a906-46af-bc1a-092b294b3428';

const nodes = `/v1/nodes/${node}`;

/** The requests whose answers the samples show, by the name of the sample, in an order in which they may be sent. */
export const reads: Readonly<Record<string, string>> = {
  'api-root': '/',
  'api-v1-root': '/v1',
  'node-show': nodes,
  'nodes-list': '/v1/nodes',
  'nodes-list-details': '/v1/nodes/detail?associated=True',
  'node-get-state': `${nodes}/states`,
  'node-traits-list': `${nodes}/traits`,
  'node-validate': `/v1/nodes/validate?node=${node}`,
  'node-history-list': `${nodes}/history`,
  'node-bios-list': `${nodes}/bios`,
  'node-bios-list-details': `${nodes}/bios?detail=True`,
  'node-bios-detail': `${nodes}/bios/virtualization`,
  'node-firmware-components-list': `${nodes}/firmware`,
  'node-vif-list': `${nodes}/vifs`,
  'node-get-boot-device': `${nodes}/management/boot_device`,
  'node-get-supported-boot-devices': `${nodes}/management/boot_device/supported`,
  'node-indicators-get-state': `${nodes}/management/indicators/led@system`,
  'node-port-list': `${nodes}/ports`,
  'node-port-detail': `${nodes}/ports/detail`,
  'node-portgroup-list': `${nodes}/portgroups`,
  'node-portgroup-detail': `${nodes}/portgroups/detail`,
  'node-volume-list': `${nodes}/volume`,
  'node-volume-connector-list': `${nodes}/volume/connectors`,
  'node-volume-connector-detail': `${nodes}/volume/connectors?detail=True`,
  'node-volume-target-list': `${nodes}/volume/targets`,
  'node-volume-target-detail': `${nodes}/volume/targets?detail=True`,
  'shards-list': '/v1/shards',
  'lookup-node': `/v1/lookup?node_uuid=${waitingNode}`,
  'port-list': '/v1/ports',
  'port-list-detail': '/v1/ports/detail',
  'portgroup-list': '/v1/portgroups',
  'portgroup-list-detail': '/v1/portgroups/detail',
  'portgroup-port-list': `/v1/portgroups/${portgroup}/ports`,
  'portgroup-port-detail': `/v1/portgroups/${portgroup}/ports/detail`,
  'chassis-list': '/v1/chassis',
  'chassis-list-details': '/v1/chassis/detail',
  'chassis-show': `/v1/chassis/${chassis}`,
  'volume-list': '/v1/volume',
  'volume-connector-list': '/v1/volume/connectors',
  'volume-connector-list-detail': '/v1/volume/connectors?detail=True',
  'volume-target-list': '/v1/volume/targets',
  'volume-target-list-detail': '/v1/volume/targets?detail=True',
  'allocations-list': '/v1/allocations',
  'allocation-show': `/v1/allocations/${allocation}`,
  'conductor-list': '/v1/conductors',
  'conductor-list-details': '/v1/conductors?detail=True',
  'conductor-show': '/v1/conductors/conductor-double',
  'drivers-list': '/v1/drivers',
  'drivers-list-detail': '/v1/drivers?detail=True',
  'driver-get': '/v1/drivers/fake-hardware',
  'deploy-template-list': '/v1/deploy_templates',
  'deploy-template-detail': '/v1/deploy_templates?detail=True',
  'deploy-template-show': `/v1/deploy_templates/${template}`,
  'runbook-list': '/v1/runbooks',
  'runbook-detail': '/v1/runbooks?detail=True',
  'runbook-show': `/v1/runbooks/${runbook}`,
};

/** Samples of answers to changes, and the path that the change is sent to with the body of the sample's request. */
export const updates: Readonly<Record<string, string>> = {
  'node-update-driver-info': nodes,
  'port-update': `/v1/ports/${port}`,
  'portgroup-update': `/v1/portgroups/${portgroup}`,
  'chassis-update': `/v1/chassis/${chassis}`,
  'volume-connector-update': `/v1/volume/connectors/${connector}`,
  'volume-target-update': `/v1/volume/targets/${target}`,
  'allocation-update': `/v1/allocations/${allocation}`,
  'deploy-template-update': `/v1/deploy_templates/${template}`,
  'runbook-update': `/v1/runbooks/${runbook}`,
};

/** Samples of answers to creations, and where the record is created. */
export const creations: Readonly<Record<string, string>> = {
  'node-create': '/v1/nodes',
  'port-create': '/v1/ports',
  'portgroup-create': '/v1/portgroups',
  'volume-connector-create': '/v1/volume/connectors',
  'volume-target-create': '/v1/volume/targets',
  'allocation-create': '/v1/allocations',
  'deploy-template-create': '/v1/deploy_templates',
  'runbook-create': '/v1/runbooks',
};

/** Samples that no request of these tests is made for, and why. */
export const heldElsewhere: Readonly<Record<string, string>> = {
  'node-inventory': 'what an inspection has found is free in form; the inspector serves it',
  'node-indicators-list': 'the sample shows components, which the API has never answered with; see api.md §2.5',
  'node-vendor-passthru': 'the methods of a driver, free in form',
  'driver-property': 'the properties of a driver, free in form',
  'driver-logical-disk-properties': 'the properties of a driver, free in form',
  'inspection-rule-create': 'the inspector owns the rules',
  'inspection-rule-detail': 'the inspector owns the rules',
  'inspection-rule-list': 'the inspector owns the rules',
  'inspection-rule-show': 'the inspector owns the rules',
  'inspection-rule-update': 'the inspector owns the rules',
};
