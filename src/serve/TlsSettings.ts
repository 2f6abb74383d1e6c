/** The flags about TLS and HTTP/2 to clients, by the original's names; what they mean to OpenSSL. */
import { Array, Struct } from "effect"
import { constants } from "node:crypto"
import type { SecureVersion } from "node:tls"
import * as ListSetting from "../ListSetting.ts"
import * as Setting from "../Setting.ts"
import * as NamedCertificate from "./NamedCertificate.ts"

const versions = {
  VersionTLS10: "TLSv1",
  VersionTLS11: "TLSv1.1",
  VersionTLS12: "TLSv1.2",
  VersionTLS13: "TLSv1.3"
} as const satisfies Record<string, SecureVersion>

/** Of TLS 1.3 all suites are good, and none can be chosen, as in Go. */
const alwaysOn = {
  TLS_AES_128_GCM_SHA256: "TLS_AES_128_GCM_SHA256",
  TLS_AES_256_GCM_SHA384: "TLS_AES_256_GCM_SHA384",
  TLS_CHACHA20_POLY1305_SHA256: "TLS_CHACHA20_POLY1305_SHA256"
} as const

/** RC4 and 3DES, which Go still knows and older profiles name: they may be named, and nobody is offered them. */
const gone = {
  TLS_ECDHE_ECDSA_WITH_RC4_128_SHA: undefined,
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: undefined,
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: undefined,
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: undefined,
  TLS_RSA_WITH_RC4_128_SHA: undefined
} as const

/** OpenSSL's names by those of IANA. */
export const suites = {
  ...alwaysOn,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: "ECDHE-ECDSA-AES128-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: "ECDHE-RSA-AES128-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_128_CBC_SHA256: "AES128-SHA256",
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  ...gone
} as const

type Suite = keyof typeof suites

/** OpenSSL's names by the numbers that IANA gave the groups, which are Go's CurveIDs. */
export const curves = {
  "23": "P-256",
  "24": "P-384",
  "25": "P-521",
  "29": "X25519",
  "4587": "SecP256r1MLKEM768",
  "4588": "X25519MLKEM768",
  "4589": "SecP384r1MLKEM1024"
} as const

type Curve = keyof typeof curves

export const settings = {
  tlsMinVersion: Setting.word(
    "tls-min-version",
    "Oldest TLS to speak with clients; older than 1.2 is not spoken",
    Struct.keys(versions),
    "VersionTLS12"
  ),
  tlsCipherSuites: ListSetting.words(
    "tls-cipher-suites",
    "Cipher suites for clients of TLS 1.2, by their IANA names; RC4 and 3DES are not offered (default those of Node.js)",
    Struct.keys(suites),
    []
  ),
  tlsCurvePreferences: ListSetting.words(
    "tls-curve-preferences",
    "Groups to agree on keys with, by their IANA numbers, best first (default those of Node.js)",
    Struct.keys(curves),
    []
  ),
  tlsSniCertKey: ListSetting.repeated(
    "tls-sni-cert-key",
    "Serving certificate and key for clients that name the server they mean, such as a.crt,a.key:a.example,*.a.example " +
      "(without names for those of the certificate)",
    {
      metavar: "CERT,KEY:NAMES",
      expected: "a certificate's and a key's file and perhaps names, such as a.crt,a.key:a.example,*.a.example",
      parse: NamedCertificate.parse
    }
  ),
  disableHttp2Serving: Setting.boolean("disable-http2-serving", "Speak HTTP/1.1 alone with clients"),
  http2MaxStreamsPerConnection: Setting.count(
    "http2-max-streams-per-connection",
    "How many requests one HTTP/2 connection may have under way; 0: 100",
    0
  )
}

export interface Protocols {
  readonly tlsMinVersion: keyof typeof versions
  readonly tlsCipherSuites: ReadonlyArray<Suite>
  readonly tlsCurvePreferences: ReadonlyArray<Curve>
  readonly disableHttp2Serving: boolean
  readonly http2MaxStreamsPerConnection: number
}

export const defaults: Protocols = {
  tlsMinVersion: "VersionTLS12",
  tlsCipherSuites: [],
  tlsCurvePreferences: [],
  disableHttp2Serving: false,
  http2MaxStreamsPerConnection: 0
}

/** For OpenSSL. */
export const contextOf = ({ tlsCipherSuites, tlsCurvePreferences, tlsMinVersion }: Protocols) => ({
  minVersion: versions[tlsMinVersion],
  // A session that is resumed knows the client's certificate, and not those that were sent along with it.
  secureOptions: constants.SSL_OP_NO_TICKET,
  ...tlsCurvePreferences.length > 0 && { ecdhCurve: tlsCurvePreferences.map((curve) => curves[curve]).join(":") },
  ...tlsCipherSuites.length > 0 && {
    ciphers: Array.dedupe([
      ...Object.values(alwaysOn),
      ...tlsCipherSuites.map((suite) => suites[suite]).filter((name) => name !== undefined)
    ]).join(":")
  }
})
