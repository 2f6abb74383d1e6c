/** Kubeconfig files for the simulated cluster. */
import type { Pair } from "./Authority.ts"

/** A token, or a client certificate. */
export type Credential = { readonly token: string } | Pair

export const kubeconfig = (options: {
  readonly server: string
  /** Who signs the server's certificate, PEM. */
  readonly ca: string
  readonly user: string
  readonly credential: Credential
}) =>
  `apiVersion: v1
kind: Config
clusters:
- name: simulated
  cluster:
    server: ${options.server}
    certificate-authority-data: ${base64(options.ca)}
users:
- name: ${options.user}
  user:
${userLines(options.credential).map((line) => `    ${line}\n`).join("")}contexts:
- name: simulated
  context:
    cluster: simulated
    user: ${options.user}
current-context: simulated
`

const userLines = (credential: Credential) =>
  "token" in credential
    ? [`token: ${credential.token}`]
    : [`client-certificate-data: ${base64(credential.cert)}`, `client-key-data: ${base64(credential.key)}`]

const base64 = (text: string) => Buffer.from(text).toString("base64")
