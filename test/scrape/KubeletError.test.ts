/** What network errors mean, and what a failed scrape says. */
import { assert, describe, it } from "@effect/vitest"
import { explainTransport, KubeletError } from "../../src/scrape/KubeletError.ts"

const withCode = (code: string, cause?: unknown) => Object.assign(new Error(`it failed: ${code}`, { cause }), { code })

describe("a network error", () => {
  it.each([
    ["EAI_AGAIN", "name_not_resolved"],
    ["ENETUNREACH", "unreachable"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls_self_signed"],
    ["CERT_NOT_YET_VALID", "tls_expired"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls_other"],
    ["HPE_INVALID_CONSTANT", "malformed_page"],
    ["ERR_HTTP2_STREAM_ERROR", "reset"],
    ["SOMETHING_NEW", "other"]
  ])("with code %s is the reason %s", (code, reason) => {
    assert.strictEqual(explainTransport(withCode(code)).reason, reason)
  })

  it("is explained by the innermost error that has a code", () => {
    const wrapped = new Error("fetch failed", { cause: withCode("UND_ERR_SOCKET", withCode("ECONNREFUSED")) })
    assert.deepStrictEqual(explainTransport(wrapped), {
      reason: "connection_refused",
      detail: "it failed: ECONNREFUSED"
    })
  })

  it("on a name mismatch names the addresses of the certificate, or that it has none", () => {
    const mismatch = withCode("ERR_TLS_CERT_ALTNAME_INVALID")
    const certified = Object.assign(mismatch, { cert: { subjectaltname: "DNS:node-a" } })
    assert.strictEqual(explainTransport(certified).detail, "its certificate is for DNS:node-a")
    assert.match(explainTransport(Object.assign(mismatch, { cert: {} })).detail, /names no address at all/)
  })

  it("is told without Node.js's advice about a command line that is not the operator's", () => {
    const message = "unable to verify the first certificate; if the root CA is installed locally, " +
      "try running Node.js with --use-system-ca"
    const error = Object.assign(new Error(message), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" })
    assert.strictEqual(explainTransport(error).detail, "unable to verify the first certificate")
  })

  it("that is no error object at all is still reported", () => {
    assert.deepStrictEqual(explainTransport("boom"), { reason: "other", detail: "boom" })
  })
})

describe("a failed scrape", () => {
  it("says node, address, cause, reason and what to do", () => {
    const error = new KubeletError({
      node: "a",
      address: "10.0.0.1:10250",
      reason: "forbidden",
      detail: "HTTP status 403"
    })
    assert.strictEqual(
      error.message,
      "cannot scrape node a at 10.0.0.1:10250: HTTP status 403 (forbidden); " +
        "our identity may not get nodes/metrics: apply the ClusterRole system:metrics-server and its binding"
    )
  })
})
