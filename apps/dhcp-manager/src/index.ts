/** The dhcp-manager as a whole, for programs that start it in their own process. */
export { type RunningDhcpManager, startDhcpManager } from './dhcp-manager.js';
export { type DhcpManagerSettings, settingDefinitions } from './settings.js';
