/** What the proto of A2A v1.0 says about the presence of fields of a message. */
export interface CardShape {
  /** Fields that are neither REQUIRED nor `optional`: with the default value of their type they are not there. */
  implicit?: readonly string[]
  /** Messages inside it, also as the elements of a list. */
  fields?: Readonly<Record<string, CardShape>>
  /** It is a map, whose values are these messages. */
  values?: CardShape
}

const requirement: CardShape = {
  implicit: ['schemes'],
  fields: { schemes: { values: { implicit: ['list'] } } },
}

const flows: CardShape = {
  fields: {
    authorizationCode: { implicit: ['refreshUrl', 'pkceRequired'] },
    clientCredentials: { implicit: ['refreshUrl'] },
    deviceCode: { implicit: ['refreshUrl'] },
    implicit: { implicit: ['authorizationUrl', 'refreshUrl', 'scopes'] },
    password: { implicit: ['tokenUrl', 'refreshUrl', 'scopes'] },
  },
}

const scheme: CardShape = {
  fields: {
    apiKeySecurityScheme: { implicit: ['description'] },
    httpAuthSecurityScheme: { implicit: ['description', 'bearerFormat'] },
    oauth2SecurityScheme: { implicit: ['description', 'oauth2MetadataUrl'], fields: { flows } },
    openIdConnectSecurityScheme: { implicit: ['description'] },
    mtlsSecurityScheme: { implicit: ['description'] },
  },
}

/** `AgentCard` (§4.4). `params` of an extension is free JSON, and has no shape. */
export const cardShape: CardShape = {
  implicit: ['securitySchemes', 'securityRequirements'],
  fields: {
    supportedInterfaces: { implicit: ['tenant'] },
    provider: {},
    capabilities: {
      implicit: ['extensions'],
      fields: { extensions: { implicit: ['uri', 'description', 'required'] } },
    },
    securitySchemes: { values: scheme },
    securityRequirements: requirement,
    skills: {
      implicit: ['examples', 'inputModes', 'outputModes', 'securityRequirements'],
      fields: { securityRequirements: requirement },
    },
  },
}
