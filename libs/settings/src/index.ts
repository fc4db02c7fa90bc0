export { type ServiceSettings, serviceSettings } from './service-settings.js';
export {
  parseDuration,
  readSettings,
  type SettingDefinition,
  type SettingDefinitions,
  type Settings,
} from './settings.js';
