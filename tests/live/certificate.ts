/** For localhost and 127.0.0.1, signed by itself, until 2126; used by tests alone. Made by: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 */
export const CERTIFICATE = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgO+cGq1HlE5o6rHLI
HFoXxGs7aYPqUCStKaA83EleWQChRANCAARdmwKBRO67u6ty6rFzNnqMu0qL9zsQ
RDRnwYZpN4sYt6s3Vi8nw47tjfQO9/opxVR4VqeHEZgclBj3bo/kRzBb
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUQtbDFD1E663+xibCvW/CjV/TM4YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODEwNDQ0MloYDzIxMjYxMTA0
MTA0NDQyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARdmwKBRO67u6ty6rFzNnqMu0qL9zsQRDRnwYZpN4sYt6s3Vi8nw47t
jfQO9/opxVR4VqeHEZgclBj3bo/kRzBbo28wbTAdBgNVHQ4EFgQUiMzDCwovO3zf
g91k8tvYN8h39HQwHwYDVR0jBBgwFoAUiMzDCwovO3zfg91k8tvYN8h39HQwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAOPJLdS5ZGu3Oi+mLOp8zmcS8KWY13RlhFeO+AivxmRvAiEA
zB86qhH4FeTOuks1F82Q3iVXQoc57hVn10lFT0+sjyM=
-----END CERTIFICATE-----
`,
};
