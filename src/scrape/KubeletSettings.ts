/** The flags about the way to the kubelets: names, defaults and meanings of the original. */
import * as ListSetting from "../ListSetting.ts"
import * as Setting from "../Setting.ts"

export const title = "Kubelet client"

const addressTypes = ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"] as const

export const settings = {
  port: Setting.port("kubelet-port", "Port of the kubelets", 10250),
  useNodeStatusPort: Setting.boolean(
    "kubelet-use-node-status-port",
    "Prefer the port that the node's status names to --kubelet-port"
  ),
  preferredTypes: ListSetting.words(
    "kubelet-preferred-address-types",
    "Which of a node's addresses to dial, best first",
    addressTypes,
    addressTypes
  ),
  requestTimeout: Setting.duration("kubelet-request-timeout", "Bound of one scrape, at most 0.9 resolutions", "10s"),
  maxIdleConnections: Setting.count(
    "kubelet-max-idle-connections",
    "Connections to kubelets that are kept between two scrapes; beyond that many, TLS sessions are resumed: " +
      "a handshake for each scrape in place of the memory of a connection",
    5000
  ),
  insecure: Setting.boolean("kubelet-insecure-tls", "Do not verify the certificates of kubelets"),
  certificateAuthority: Setting.optionalText(
    "kubelet-certificate-authority",
    "FILE",
    "Authorities that sign the certificates of kubelets (default those of the kube-apiserver)"
  ),
  clientCertificate: Setting.optionalText("kubelet-client-certificate", "FILE", "Certificate to show to kubelets"),
  clientKey: Setting.optionalText("kubelet-client-key", "FILE", "Key of --kubelet-client-certificate"),
  completelyInsecure: Setting.boolean(
    "deprecated-kubelet-completely-insecure",
    "Read kubelets over plain HTTP and without credentials"
  )
}
