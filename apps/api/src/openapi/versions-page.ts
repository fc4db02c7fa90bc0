import { versionHistory } from '../versions/history.js';
import { newestMinor, oldestMinor, versionText } from '../versions/version.js';

const introduction = `# API versions

What each version of the API brought, newest first. A request names its version in the header
\`X-OpenStack-Ironic-API-Version\`; without it \`${versionText(oldestMinor)}\` is spoken. This page is made of the table of versions in
\`apps/api/src/versions\` by \`node apps/api/dist/openapi/generate.js\`.
`;

/** The page docs/reference/versions.md. */
export function versionsPage(): string {
  const changes = versionHistory();
  const sections: string[] = [];
  for (let minor = newestMinor; minor > oldestMinor; minor -= 1) {
    const lines = changes.filter((change) => change.minor === minor).map(({ text }) => `- ${text}`);
    sections.push(`## ${versionText(minor)}\n\n${lines.join('\n')}\n`);
  }
  sections.push(`## ${versionText(oldestMinor)}\n\n- Everything that no later version names.\n`);
  return [introduction, ...sections].join('\n');
}
