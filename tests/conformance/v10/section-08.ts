import { card } from '../checks/card.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §8. */
export const section8: readonly Row[] = [
  [168, '8.1', 'de0d4d11d4e7', 'A2A Servers MUST make an', card.available],
  [169, '8.3', 'dab20f19c301', 'The AgentCard MUST properly declare', card.interfaces, card.noOthers],
  [171, '8.3.1', '11bcd63d92a8', 'Each interface MUST accurately', card.interfaces],
  [173, '8.3.2', '65940dfb94b8', 'Clients MUST follow these rules:', outside.client],
  [175, '8.4.1', 'f5e8945355e5', 'Before signing, the Agent Card', card.signed],
  [176, '8.4.1', 'df4342be3a42', 'Field Presence and Default Value', card.signed],
  [177, '8.4.1', '30e62fa01bbc', 'Optional fields not explicitly set:', card.signed],
  [178, '8.4.1', '43ce0c76a309', 'Optional fields explicitly set to', card.signed],
  [179, '8.4.1', 'b9bc341ca33f', 'Required fields: Fields marked with', card.signed],
  [180, '8.4.1', '83bad85edb5a', 'Default values: Fields with default', card.signed],
  [181, '8.4.1', 'c6ae1e941cfa', 'RFC 8785 Compliance: The Agent', card.signed],
  [182, '8.4.1', '22aff1b92bd9', 'Signature Field Exclusion: The', card.signed],
  [183, '8.4.1', '1482c1606d62', '`name`: "Example Agent" - REQUIRED', card.signed],
  [184, '8.4.1', '1bd9539e8490', '`description`: "" - REQUIRED field', card.signed],
  [185, '8.4.1', '74cef21a8d1e', '`capabilities`: object - REQUIRED', card.signed],
  [186, '8.4.1', '993089e87f0e', '`extensions`: [] - repeated field', card.signed],
  [187, '8.4.1', 'e0e3bbc9800c', '`skills`: [] - REQUIRED field', card.signed],
  [188, '8.4.2', 'bf9682a23251', 'The protected header MUST include:', card.signed],
  [191, '8.4.3', '4eddf1595159', 'Clients verifying Agent Card', outside.client],
  [195, '8.4.3', '6e6ce3feeed8', 'Expired or revoked keys MUST', outside.client],
]
