//! CSS selectors by way of XPath.

use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::PyTypeRef;

/// The XPath that selects what a selector does, from the element on downwards.
pub fn to_xpath(selector: &str) -> Result<String, String> {
    css_to_xpath::css_to_xpath(selector, "descendant-or-self::", css_to_xpath::Mode::Generic)
        .map_err(|error| error.to_string())
}

/// `SelectorSyntaxError`.
pub fn error_class(vm: &VirtualMachine) -> PyTypeRef {
    static CLASS: std::sync::OnceLock<PyTypeRef> = std::sync::OnceLock::new();
    CLASS
        .get_or_init(|| {
            let base = vm.ctx.exceptions.syntax_error.to_owned();
            vm.ctx.new_exception_type("cssselect.parser", "SelectorSyntaxError", Some(vec![base]))
        })
        .clone()
}
