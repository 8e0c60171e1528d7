//! The code policies (`spec/sandbox.md` §6).

/// What one kind of code may do.
#[derive(Debug, PartialEq, Eq)]
pub struct Policy {
    /// As `PlexPluginCodePolicy` and log lines name it.
    pub name: &'static str,
    /// Code of a plug-in's bundle, as opposed to services and models.
    pub is_bundle: bool,
    /// Code of plug-ins and services, as opposed to models.
    pub is_code: bool,
    /// The later kinds of code, which do not see the oldest names.
    pub is_modern: bool,
    /// Extension of source files, without the dot.
    pub extension: &'static str,
    /// `__name__` of the main environment.
    pub module_name: &'static str,
    /// `PlexPluginModuleWhitelist` counts.
    pub extends_whitelist: bool,
    /// More special method names in imported modules; requests to the media server's own port.
    pub elevated: bool,
    /// `Contents/Libraries` is on the module search path.
    pub bundled_libraries: bool,
    /// Imports outside the whitelist fail.
    pub blocks_imports: bool,
    /// Cookies always belong to the user of the request.
    pub always_session_cookies: bool,
    /// Cookies may be kept for all users together.
    pub global_cookies: bool,
    /// `HTTP.SetPassword` works.
    pub global_passwords: bool,
    /// Titles, art and prefixes are made up where the plug-in gives none.
    pub synthesizes_defaults: bool,
    /// Functions without a route can be called by their names.
    pub function_routes: bool,
}

const BASE: Policy = Policy {
    name: "Base",
    is_bundle: false,
    is_code: false,
    is_modern: false,
    extension: "py",
    module_name: "__code__",
    extends_whitelist: false,
    elevated: false,
    bundled_libraries: false,
    blocks_imports: false,
    always_session_cookies: false,
    global_cookies: true,
    global_passwords: true,
    synthesizes_defaults: false,
    function_routes: true,
};

/// Plug-ins that ask for nothing else.
pub static STANDARD: Policy = Policy { name: "Standard", is_bundle: true, is_code: true, ..BASE };

/// Plug-ins with more names of Python, the framework's core and libraries of their own.
pub static ELEVATED: Policy = Policy {
    name: "Elevated",
    is_bundle: true,
    is_code: true,
    extends_whitelist: true,
    elevated: true,
    bundled_libraries: true,
    ..BASE
};

/// Plug-ins that were run for many users at once.
pub static CLOUD: Policy = Policy {
    name: "Cloud",
    is_bundle: true,
    is_code: true,
    is_modern: true,
    blocks_imports: true,
    always_session_cookies: true,
    global_cookies: false,
    global_passwords: false,
    synthesizes_defaults: true,
    function_routes: false,
    ..BASE
};

/// Service code, `.pys`.
pub static SERVICE: Policy =
    Policy { name: "Service", is_code: true, is_modern: true, extension: "pys", module_name: "__service__", ..BASE };

/// Model templates, `.pym`.
pub static MODEL: Policy = Policy { name: "Model", extension: "pym", module_name: "__model__", ..BASE };

/// Reading of pickled values.
pub static UNPICKLE: Policy = Policy { name: "Unpickle", ..BASE };

impl Policy {
    /// The policy for a `PlexPluginCodePolicy`: the exact name of a plug-in policy, else Standard.
    pub fn by_name(name: &str) -> &'static Policy {
        match name {
            "Elevated" => &ELEVATED,
            "Cloud" => &CLOUD,
            _ => &STANDARD,
        }
    }

    pub fn is_service(&self) -> bool {
        self.name == SERVICE.name
    }

    pub fn is_cloud(&self) -> bool {
        self.name == CLOUD.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        assert_eq!(Policy::by_name("Elevated").name, "Elevated");
        assert_eq!(Policy::by_name("elevated").name, "Standard");
        assert_eq!(Policy::by_name("").name, "Standard");
    }
}
