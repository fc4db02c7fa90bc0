/** A place where the samples do not show what the API answers, and why ours differs. */
export interface Slip {
  readonly samples: RegExp;
  readonly differences: RegExp;
  readonly reason: string;
}

/** Known slips of the samples. Fields that came after a sample was recorded stand in the reference (api.md). */
export const slips: readonly Slip[] = [
  {
    samples: /^node-(show|create|update-driver-info)$|^nodes-list-details$/,
    differences:
      /\/(automated_clean|bios_interface|boot_mode|disable_power_off|fault|firmware_interface|health|parent_node|secure_boot|service_step|shard): not in the sample$/,
    reason: 'the samples of nodes were not extended with these fields (api.md §2.2)',
  },
  {
    samples: /^node-(create|update-driver-info)$/,
    differences: /^\/(conductor|description): not in the sample$/,
    reason: 'the sample of a node that is shown has them (api.md §2.2)',
  },
  {
    samples: /^api-v1-root$/,
    differences:
      /^\/(version|conductors|allocations|events|deploy_templates|shards|continue_inspection|runbooks|inspection_rules): not in the sample$/,
    reason: 'recorded at an older version (api.md §1)',
  },
  {
    samples: /^api-v1-root$/,
    differences: /^\/media_types: list in the sample, object here$/,
    reason: 'the service has always answered with an object (api.md §1, and recorded)',
  },
  {
    samples: /^node-validate$/,
    differences: /^\/(bios|firmware): not in the sample$/,
    reason: 'recorded before there were these interfaces (drivers.md)',
  },
  {
    samples: /port/,
    differences:
      /\/(name|description|vendor|category|available_for_dynamic_portgroup|dynamic_portgroup|physical_network): not in the sample$/,
    reason: 'not every sample of ports and port groups was extended with these fields (api.md §3, §4)',
  },
  {
    samples: /^chassis-/,
    differences: /\/nodes\/0: object in the sample, list here$/,
    reason: 'the service answers with a list in a list (api.md §6, and recorded)',
  },
  {
    samples: /^driver-get$/,
    differences: /^\/enabled_firmware_interface: missing$|^\/enabled_firmware_interfaces: not in the sample$/,
    reason: 'a typing error in the sample (api.md §7)',
  },
  {
    samples: /^runbook-/,
    differences: /\/(description|traits|disable_ramdisk): not in the sample$/,
    reason: 'the samples of runbooks were not extended with these fields (api.md §11)',
  },
];
