/** A certificate for `hook.example.test` that signs itself, and its key: secret to nobody, trusted by nobody but tests. */
export const testCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggXhz3TCC/+EWz4Q1
eCq2V9Y0q9XKLxlrNDtH45V2ywGhRANCAATWVCLpd1jdXP+jcj7Z7xa5NfYMYTft
sfzBQtdp/NNs4Kuntt3hpIqE3BtKph/Ml9ITgaMMO8Hthn93jXGC6o5u
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBaDCCAQ6gAwIBAgIBATAKBggqhkjOPQQDAjAcMRowGAYDVQQDDBFob29rLmV4
YW1wbGUudGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowHDEa
MBgGA1UEAwwRaG9vay5leGFtcGxlLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAATWVCLpd1jdXP+jcj7Z7xa5NfYMYTftsfzBQtdp/NNs4Kuntt3hpIqE3BtK
ph/Ml9ITgaMMO8Hthn93jXGC6o5uoz8wPTAcBgNVHREEFTATghFob29rLmV4YW1w
bGUudGVzdDAdBgNVHQ4EFgQUdeUu8shlIazgkRl4zYBX4otUjOQwCgYIKoZIzj0E
AwIDSAAwRQIhAIs6+7Gols7zwx5X8sy6I2rigOmv6PFjGHgMxihhtdCnAiAVPTb5
piF4btc0iZASB6IFGpvKXctjeLuBMUyuFCLqtQ==
-----END CERTIFICATE-----
`,
}
