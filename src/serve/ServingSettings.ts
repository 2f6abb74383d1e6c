/** The flags about where and with which certificate to serve: names, defaults and meanings of the original. */
import * as Setting from "../Setting.ts"
import * as TlsSettings from "./TlsSettings.ts"

export const title = "Secure serving"

export const settings = {
  bindAddress: Setting.ip(
    "bind-address",
    "Address to serve HTTPS on; 0.0.0.0 and :: are all addresses of IPv4 and IPv6",
    "0.0.0.0"
  ),
  port: Setting.port("secure-port", "Port to serve HTTPS on", 443),
  permitPortSharing: Setting.boolean(
    "permit-port-sharing",
    "Let other processes listen on the same address and port (SO_REUSEPORT)"
  ),
  certFile: Setting.optionalText("tls-cert-file", "FILE", "Serving certificate (default a self-signed one)"),
  keyFile: Setting.optionalText("tls-private-key-file", "FILE", "Key of --tls-cert-file"),
  certDir: Setting.text(
    "cert-dir",
    "DIR",
    "Where the self-signed serving certificate is kept",
    "apiserver.local.config/certificates"
  ),
  ...TlsSettings.settings
}
