/** What may be said of a logical disk in a RAID configuration, with help (reference: api.md, RAID). */
export const logicalDiskProperties: Record<string, string> = {
  raid_level: "RAID level of the logical disk: 'JBOD', '0', '1', '2', '5', '6', '1+0', '5+0' or '6+0'. Required.",
  size_gb: "Size of the logical disk in GiB, a whole number, or 'MAX' for all the space that is left. Required.",
  volume_name: 'Name of the volume; made up when it is left out. Optional.',
  is_root_volume: 'Whether the operating system goes onto this disk. False unless said otherwise. Optional.',
  share_physical_disks: 'Whether other logical disks may use the same physical disks. Optional.',
  disk_type: "Kind of physical disk to use: 'hdd' or 'ssd'. Optional.",
  interface_type: "Interface of the physical disks: 'sata', 'scsi' or 'sas'. Optional.",
  number_of_physical_disks:
    'How many physical disks to use; the fewest that the RAID level needs by default. Optional.',
  controller: 'RAID controller to use; the driver chooses one by default. Optional.',
  physical_disks: 'Physical disks to use; the driver chooses by default. Optional.',
};
