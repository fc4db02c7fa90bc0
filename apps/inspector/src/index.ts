/** The inspector as a whole, for programs that start it in their own process. */
export { type RunningInspector, startInspector } from './inspector.js';
export { type InspectorSettings, settingDefinitions } from './settings.js';
