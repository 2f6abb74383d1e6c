/** The refusals of the simulated API server: bodies of kind Status. */
import { HttpServerResponse } from "effect/http"
import type { ResourceAttributes, UserInfo } from "../Attributes.ts"

interface Failure {
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly details?: object
}

export const status = ({ code, details, message, reason }: Failure) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  ...(details === undefined ? {} : { details }),
  code
})

const failure = (body: Failure) => HttpServerResponse.jsonUnsafe(status(body), { status: body.code })

export const unauthorized = failure({ code: 401, reason: "Unauthorized", message: "Unauthorized" })

export const noSuchPath = failure({
  code: 404,
  reason: "NotFound",
  message: "the server could not find the requested resource",
  details: {}
})

export const notFound = (resource: string, name: string) =>
  failure({
    code: 404,
    reason: "NotFound",
    message: `${resource} "${name}" not found`,
    details: { name, kind: resource }
  })

export const methodNotAllowed = failure({
  code: 405,
  reason: "MethodNotAllowed",
  message: "the server does not allow this method on the requested resource",
  details: {}
})

export const alreadyExists = (resource: string, name: string) =>
  failure({
    code: 409,
    reason: "AlreadyExists",
    message: `${resource} "${name}" already exists`,
    details: { name, kind: resource }
  })

export const immutable = (kind: string, name: string, field: string) =>
  failure({
    code: 422,
    reason: "Invalid",
    message: `${kind} "${name}" is invalid: ${field}: Invalid value: field is immutable`,
    details: { name, kind }
  })

export const success = HttpServerResponse.jsonUnsafe({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success"
})

export const badRequest = (message: string) => failure({ code: 400, reason: "BadRequest", message })

export const unsupportedMediaType = failure({
  code: 415,
  reason: "UnsupportedMediaType",
  message: "the body of the request was in an unknown format - accepted media types include: application/json"
})

/** A status that has nothing to do with what was asked. */
export const failing = (code: number) =>
  HttpServerResponse.setHeaders(
    failure({ code, reason: reasons[code] ?? "InternalError", message: "simulated fault" }),
    code === 429 ? { "retry-after": "1" } : {}
  )

const reasons: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  410: "Expired",
  429: "TooManyRequests",
  503: "ServiceUnavailable",
  504: "Timeout"
}

/** As the watch cache words it. */
export const tooOld = (asked: number, oldest: number): Failure => ({
  code: 410,
  reason: "Expired",
  message: `too old resource version: ${asked} (${oldest})`
})

export const continueExpired = failure({
  code: 410,
  reason: "Expired",
  message: "The provided continue parameter is too old to display a consistent list result. You can start a new list " +
    "without the continue parameter."
})

export const forbidden = (user: UserInfo, asked: ResourceAttributes) => {
  const scope = asked.namespace === "" ? "at the cluster scope" : `in the namespace "${asked.namespace}"`
  const resource = asked.subresource === "" ? asked.resource : `${asked.resource}/${asked.subresource}`
  const qualified = asked.group === "" ? asked.resource : `${asked.resource}.${asked.group}`
  return failure({
    code: 403,
    reason: "Forbidden",
    message:
      `${qualified}${asked.name === "" ? "" : ` "${asked.name}"`} is forbidden: User "${user.username}" cannot ` +
      `${asked.verb} resource "${resource}" in API group "${asked.group}" ${scope}`,
    details: { name: asked.name, group: asked.group, kind: asked.resource }
  })
}

export const forbiddenPath = (user: UserInfo, verb: string, path: string) =>
  failure({
    code: 403,
    reason: "Forbidden",
    message: `forbidden: User "${user.username}" cannot ${verb} path "${path}"`,
    details: {}
  })
