export {
  parseDuration,
  readSettings,
  type SettingDefinition,
  type SettingDefinitions,
  type Settings,
} from './settings.js';
