//! The cryptography behind TLS: ring's, for the program's own client and for the machine's `ssl` module alike.

use std::sync::Once;

use rustls::crypto::ring;
use rustpython_stdlib::ssl::providers::CryptoExt;

/// Installs ring as the provider of the process, once. Without one the first TLS connection, and the import of `ssl`,
/// would panic.
pub fn install_tls_provider() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let extension = CryptoExt {
            all_cipher_suites: Some(ring::ALL_CIPHER_SUITES),
            default_cipher_suites: None,
            all_kx_groups: Some(ring::ALL_KX_GROUPS),
            any_supported_key: Some(ring::sign::any_supported_type),
            ticketer: ring::Ticketer::new,
        };
        if let Err(error) = CryptoExt::set_provider(ring::default_provider(), extension) {
            tracing::warn!("TLS: {error}");
        }
    });
}
