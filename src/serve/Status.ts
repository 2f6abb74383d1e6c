/** What clients read when a request failed: errors as meta/v1 Status, with the reasons and codes of the kube-apiserver. */
import type { ApiError } from "./ApiError.ts"
import type { Status, StatusDetails } from "./schema/Meta.ts"

export const fromError = (error: ApiError): Status => {
  const { code, details, reason } = describe(error)
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: error.message,
    reason,
    ...details !== undefined && { details },
    code
  }
}

interface Description {
  readonly code: number
  readonly reason: string
  readonly details?: StatusDetails
}

const describe = (error: ApiError): Description => {
  switch (error._tag) {
    case "Unauthorized":
      return { code: 401, reason: "Unauthorized" }
    case "Forbidden":
      return {
        code: 403,
        reason: "Forbidden",
        details: {
          ...error.name !== "" && { name: error.name },
          ...error.group !== "" && { group: error.group },
          ...error.resource !== "" && { kind: error.resource }
        }
      }
    case "ObjectNotFound":
      return {
        code: 404,
        reason: "NotFound",
        details: {
          name: error.name,
          ...error.group !== "" && { group: error.group },
          kind: error.resource,
          ...error.causes !== undefined && { causes: error.causes }
        }
      }
    case "BadRequest":
      return { code: 400, reason: "BadRequest" }
    case "InvalidOptions":
      return {
        code: 422,
        reason: "Invalid",
        details: { group: "meta.k8s.io", kind: "ListOptions", causes: error.problems }
      }
    case "VerbNotSupported":
      return { code: 405, reason: "MethodNotAllowed", details: { group: error.group, kind: error.resource } }
    case "MethodNotAllowed":
      return { code: 405, reason: "MethodNotAllowed", details: {} }
    case "PathNotFound":
      return { code: 404, reason: "NotFound", details: {} }
    case "NotAcceptable":
      return { code: 406, reason: "NotAcceptable", ...error.byRoute && { details: {} } }
    case "RequestTooLarge":
      return { code: error.part === "URL" ? 414 : 431, reason: "RequestEntityTooLarge" }
    case "RequestTooSlow":
      return { code: 408, reason: "Timeout" }
    case "TooManyRequests":
      return { code: 429, reason: "TooManyRequests", details: { retryAfterSeconds: 1 } }
    case "Timeout":
      return { code: 504, reason: "Timeout", details: {} }
    case "InternalError":
      return { code: 500, reason: "InternalError" }
  }
}
