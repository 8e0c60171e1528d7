//! From the text of an expression to its tree. Where libxml2 is more lenient than the standard, so is this.

use super::{Arithmetic, Axis, Comparison, Expr, Step, Test, XPathError};

/// Deepest nesting of parentheses, predicates and calls.
const DEEPEST: u32 = 400;
/// Operators between operands.
const MOST_OPERATORS: u32 = 2000;

/// Parses a whole expression.
pub(super) fn parse(source: &str) -> Result<Expr, XPathError> {
    let mut parser = Parser { source, at: 0, depth: 0, operators: 0 };
    parser.skip_blanks();
    let expr = parser.or()?;
    if parser.at < source.len() { Err(XPathError::Expression) } else { Ok(expr) }
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    depth: u32,
    operators: u32,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> u8 {
        self.rest().as_bytes().first().copied().unwrap_or(0)
    }

    fn peek_at(&self, ahead: usize) -> u8 {
        self.rest().as_bytes().get(ahead).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// Takes a token with the blanks after it.
    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
            self.skip_blanks();
        }
        found
    }

    /// The length of a name without colons at some distance from here; 0 if there is none.
    fn name_length(&self, ahead: usize) -> usize {
        let rest = self.rest().get(ahead..).unwrap_or("");
        let mut length = 0;
        for (at, c) in rest.char_indices() {
            let good = c.is_alphanumeric() || c == '_' || (at > 0 && matches!(c, '-' | '.' | '\u{b7}'));
            if !good || (at == 0 && c.is_numeric()) {
                break;
            }
            length = at + c.len_utf8();
        }
        length
    }

    fn name(&mut self) -> Option<&'a str> {
        let length = self.name_length(0);
        let name = self.rest().get(..length)?;
        self.at += length;
        (length > 0).then_some(name)
    }

    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, XPathError>) -> Result<T, XPathError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(XPathError::Depth);
        }
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Counts an operator: each makes the tree, and so its evaluation, one level deeper.
    fn operator(&mut self) -> Result<(), XPathError> {
        self.operators += 1;
        if self.operators > MOST_OPERATORS { Err(XPathError::Depth) } else { Ok(()) }
    }

    fn or(&mut self) -> Result<Expr, XPathError> {
        self.nested(|parser| {
            let mut left = parser.and()?;
            while parser.take("or") {
                parser.operator()?;
                let right = parser.and()?;
                left = Expr::Or(Box::new(left), Box::new(right));
            }
            Ok(left)
        })
    }

    fn and(&mut self) -> Result<Expr, XPathError> {
        let mut left = self.equality()?;
        while self.take("and") {
            self.operator()?;
            let right = self.equality()?;
            left = Expr::And(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn equality(&mut self) -> Result<Expr, XPathError> {
        let mut left = self.relational()?;
        loop {
            let operator = if self.take("!=") {
                Comparison::NotEqual
            } else if self.take("=") {
                Comparison::Equal
            } else {
                return Ok(left);
            };
            self.operator()?;
            let right = self.relational()?;
            left = Expr::Compare(operator, Box::new(left), Box::new(right));
        }
    }

    fn relational(&mut self) -> Result<Expr, XPathError> {
        let mut left = self.additive()?;
        loop {
            let operator = if self.take("<=") {
                Comparison::LessOrEqual
            } else if self.take(">=") {
                Comparison::GreaterOrEqual
            } else if self.take("<") {
                Comparison::Less
            } else if self.take(">") {
                Comparison::Greater
            } else {
                return Ok(left);
            };
            self.operator()?;
            let right = self.additive()?;
            left = Expr::Compare(operator, Box::new(left), Box::new(right));
        }
    }

    fn additive(&mut self) -> Result<Expr, XPathError> {
        let mut left = self.multiplicative()?;
        loop {
            let operator = if self.take("+") {
                Arithmetic::Add
            } else if self.take("-") {
                Arithmetic::Subtract
            } else {
                return Ok(left);
            };
            self.operator()?;
            let right = self.multiplicative()?;
            left = Expr::Arithmetic(operator, Box::new(left), Box::new(right));
        }
    }

    fn multiplicative(&mut self) -> Result<Expr, XPathError> {
        let mut left = self.unary()?;
        loop {
            let operator = if self.take("*") {
                Arithmetic::Multiply
            } else if self.take("div") {
                Arithmetic::Divide
            } else if self.take("mod") {
                Arithmetic::Modulo
            } else {
                return Ok(left);
            };
            self.operator()?;
            let right = self.unary()?;
            left = Expr::Arithmetic(operator, Box::new(left), Box::new(right));
        }
    }

    fn unary(&mut self) -> Result<Expr, XPathError> {
        let mut minuses = 0;
        while self.take("-") {
            minuses += 1;
        }
        let expr = self.union()?;
        Ok(match minuses {
            0 => expr,
            n if n % 2 == 1 => Expr::Negate(Box::new(expr)),
            _ => Expr::Negate(Box::new(Expr::Negate(Box::new(expr)))),
        })
    }

    fn union(&mut self) -> Result<Expr, XPathError> {
        let mut left = self.path()?;
        while self.take("|") {
            self.operator()?;
            let right = self.path()?;
            left = Expr::Union(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn path(&mut self) -> Result<Expr, XPathError> {
        if self.starts_filter() {
            let filter = self.filter()?;
            let mut steps = Vec::new();
            if self.take("//") {
                steps.push(everything_below());
                self.relative(&mut steps)?;
            } else if self.take("/") {
                self.relative(&mut steps)?;
            } else {
                return Ok(filter);
            }
            return Ok(Expr::Path(Some(Box::new(filter)), shorten(steps)));
        }
        let mut steps = Vec::new();
        if self.take("//") {
            steps.push(everything_below());
            self.relative(&mut steps)?;
            return Ok(Expr::Path(Some(Box::new(Expr::Root)), shorten(steps)));
        }
        if self.take("/") {
            let c = self.peek();
            if self.name_length(0) > 0 || matches!(c, b'.' | b'@' | b'*') {
                self.relative(&mut steps)?;
                return Ok(Expr::Path(Some(Box::new(Expr::Root)), shorten(steps)));
            }
            return Ok(Expr::Root);
        }
        self.relative(&mut steps)?;
        Ok(Expr::Path(None, shorten(steps)))
    }

    /// True if a primary expression starts here, not a step.
    fn starts_filter(&self) -> bool {
        match self.peek() {
            b'$' | b'(' | b'"' | b'\'' | b'0'..=b'9' => true,
            b'.' => self.peek_at(1).is_ascii_digit(),
            b'/' | b'@' | b'*' => false,
            _ => {
                let mut length = self.name_length(0);
                if length == 0 {
                    return false;
                }
                let simple = self.rest().get(..length).unwrap_or("");
                let mut prefixed = false;
                if self.peek_at(length) == b':' && self.peek_at(length + 1) != b':' {
                    let second = self.name_length(length + 1);
                    if second > 0 {
                        length += 1 + second;
                        prefixed = true;
                    }
                }
                let after = self.rest().get(length..).unwrap_or("").trim_start();
                after.starts_with('(')
                    && (prefixed || !matches!(simple, "comment" | "text" | "processing-instruction" | "node"))
            }
        }
    }

    fn filter(&mut self) -> Result<Expr, XPathError> {
        let primary = self.primary()?;
        self.skip_blanks();
        let predicates = self.predicates()?;
        Ok(if predicates.is_empty() { primary } else { Expr::Filter(Box::new(primary), predicates) })
    }

    fn primary(&mut self) -> Result<Expr, XPathError> {
        match self.peek() {
            b'$' => {
                self.at += 1;
                let (prefix, name) = self.qualified_name().ok_or(XPathError::Variable)?;
                Ok(Expr::Variable(match prefix {
                    Some(prefix) => format!("{prefix}:{name}"),
                    None => name,
                }))
            }
            b'(' => {
                self.take("(");
                let inner = self.or()?;
                if self.take(")") { Ok(inner) } else { Err(XPathError::Expression) }
            }
            b'"' | b'\'' => Ok(Expr::Literal(self.literal()?)),
            b'0'..=b'9' | b'.' => self.number(),
            _ => self.call(),
        }
    }

    fn literal(&mut self) -> Result<String, XPathError> {
        let quote = self.peek();
        if quote != b'"' && quote != b'\'' {
            return Err(XPathError::Expression);
        }
        let body = self.rest().get(1..).unwrap_or("");
        let end = body.find(char::from(quote)).ok_or(XPathError::Literal)?;
        self.at += end + 2;
        self.skip_blanks();
        Ok(body.get(..end).unwrap_or("").to_owned())
    }

    fn number(&mut self) -> Result<Expr, XPathError> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.peek() == b'.' {
            self.at += 1;
            while self.peek().is_ascii_digit() {
                self.at += 1;
            }
        }
        let signed = matches!(self.peek_at(1), b'+' | b'-') && self.peek_at(2).is_ascii_digit();
        if matches!(self.peek(), b'e' | b'E') && (self.peek_at(1).is_ascii_digit() || signed) {
            self.at += 2;
            while self.peek().is_ascii_digit() {
                self.at += 1;
            }
        }
        let text = self.source.get(start..self.at).unwrap_or("");
        let value = text.parse().map_err(|_| XPathError::Expression)?;
        self.skip_blanks();
        Ok(Expr::Number(value))
    }

    fn qualified_name(&mut self) -> Option<(Option<String>, String)> {
        let first = self.name()?.to_owned();
        if self.peek() == b':' && self.peek_at(1) != b':' && self.name_length(1) > 0 {
            self.at += 1;
            let second = self.name()?.to_owned();
            self.skip_blanks();
            return Some((Some(first), second));
        }
        self.skip_blanks();
        Some((None, first))
    }

    fn call(&mut self) -> Result<Expr, XPathError> {
        let (prefix, name) = self.qualified_name().ok_or(XPathError::Expression)?;
        if !self.take("(") {
            return Err(XPathError::Expression);
        }
        let mut arguments = Vec::new();
        if self.peek() != b')' {
            // The end of the text closes the call too.
            while self.at < self.source.len() {
                arguments.push(self.or()?);
                if self.peek() == b')' {
                    break;
                }
                if !self.take(",") {
                    return Err(XPathError::Expression);
                }
            }
        }
        self.take(")");
        Ok(Expr::Call(prefix, name, arguments))
    }

    fn relative(&mut self, steps: &mut Vec<Step>) -> Result<(), XPathError> {
        // "///a" is tolerated.
        if self.take("//") {
            steps.push(everything_below());
        } else {
            self.take("/");
        }
        loop {
            steps.push(self.step()?);
            self.skip_blanks();
            if self.take("//") {
                steps.push(everything_below());
            } else if self.take("/") {
                // "a///b" is tolerated.
            } else {
                return Ok(());
            }
            while self.take("/") {}
        }
    }

    fn step(&mut self) -> Result<Step, XPathError> {
        if self.take("..") {
            return Ok(Step { axis: Axis::Parent, test: Test::Any, predicates: Vec::new() });
        }
        if self.take(".") {
            return Ok(Step { axis: Axis::Itself, test: Test::Any, predicates: Vec::new() });
        }
        let mut axis = Axis::Child;
        if self.take("@") {
            axis = Axis::Attribute;
        } else {
            let length = self.name_length(0);
            let after = self.rest().get(length..).unwrap_or("");
            let blanks = after.len() - after.trim_start().len();
            if length > 0 && after.trim_start().starts_with("::") {
                let name = self.rest().get(..length).unwrap_or("");
                let known = Axis::NAMES.iter().find(|(known, _)| *known == name);
                axis = known.ok_or(XPathError::Expression)?.1;
                self.at += length + blanks + 2;
                self.skip_blanks();
            }
        }
        let test = self.node_test()?;
        self.skip_blanks();
        let predicates = self.predicates()?;
        Ok(Step { axis, test, predicates })
    }

    fn node_test(&mut self) -> Result<Test, XPathError> {
        if self.take("*") {
            return Ok(Test::Star);
        }
        let name = self.name().ok_or(XPathError::Expression)?.to_owned();
        if self.peek() == b':' {
            self.at += 1;
            if self.take("*") {
                return Ok(Test::Namespace(name));
            }
            let local = self.name().ok_or(XPathError::Expression)?.to_owned();
            self.skip_blanks();
            return if self.peek() == b'(' { Err(XPathError::Expression) } else { Ok(Test::Name(Some(name), local)) };
        }
        self.skip_blanks();
        if !self.take("(") {
            return Ok(Test::Name(None, name));
        }
        let test = match name.as_str() {
            "node" => Test::Any,
            "text" => Test::Text,
            "comment" => Test::Comment,
            "processing-instruction" => Test::Instruction(match self.peek() {
                b')' => None,
                b'"' | b'\'' => Some(self.literal()?),
                _ => return Err(XPathError::LiteralStart),
            }),
            _ => return Err(XPathError::Expression),
        };
        if self.take(")") { Ok(test) } else { Err(XPathError::Unclosed) }
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, XPathError> {
        let mut found = Vec::new();
        while self.take("[") {
            found.push(self.or()?);
            if !self.take("]") {
                return Err(XPathError::Predicate);
            }
        }
        Ok(found)
    }
}

/// The step that `//` stands for.
fn everything_below() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: Test::Any, predicates: Vec::new() }
}

/// Turns `//x` into one step over the descendants where its predicates do not count positions.
fn shorten(steps: Vec<Step>) -> Vec<Step> {
    let mut short: Vec<Step> = Vec::with_capacity(steps.len());
    for mut step in steps {
        let joins = short.last().is_some_and(|last| {
            last.axis == Axis::DescendantOrSelf && matches!(last.test, Test::Any) && last.predicates.is_empty()
        });
        let counts = step.predicates.iter().any(may_count);
        if joins && !counts && step.axis == Axis::Child {
            step.axis = Axis::Descendant;
            short.pop();
        }
        short.push(step);
    }
    short
}

/// True if a predicate may look at positions: it can be a number, or asks for one.
pub(super) fn may_count(predicate: &Expr) -> bool {
    match predicate {
        Expr::Number(_) | Expr::Variable(..) | Expr::Arithmetic(..) | Expr::Negate(_) => true,
        Expr::Call(prefix, name, _) => {
            prefix.is_some()
                || matches!(
                    name.as_str(),
                    "last" | "position" | "count" | "string-length" | "number" | "sum" | "floor" | "ceiling" | "round"
                )
                || asks_position(predicate)
        }
        other => asks_position(other),
    }
}

/// True if `position()` or `last()` is called for the predicate's own context.
fn asks_position(expr: &Expr) -> bool {
    match expr {
        Expr::Or(a, b) | Expr::And(a, b) | Expr::Compare(_, a, b) | Expr::Arithmetic(_, a, b) | Expr::Union(a, b) => {
            asks_position(a) || asks_position(b)
        }
        Expr::Negate(a) => asks_position(a),
        Expr::Call(_, name, arguments) => {
            matches!(name.as_str(), "last" | "position") || arguments.iter().any(asks_position)
        }
        Expr::Filter(primary, _) => asks_position(primary),
        Expr::Path(Some(start), _) => asks_position(start),
        Expr::Path(None, _) | Expr::Literal(_) | Expr::Number(_) | Expr::Variable(..) | Expr::Root => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_expressions_end() {
        for hostile in [
            format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000)),
            format!("p{}", "[1".repeat(50_000)),
            format!("1{}", " or 1".repeat(100_000)),
            format!("1{}", "=1".repeat(100_000)),
            format!("a{}", "|a".repeat(100_000)),
            format!("{}1", "1+".repeat(100_000)),
        ] {
            assert!(matches!(parse(&hostile), Err(XPathError::Depth)), "{}", &hostile[..20]);
        }
        assert!(parse(&format!("1{}", " and 1".repeat(500))).is_ok());
        assert!(parse(&format!("{}1", "-".repeat(100_000))).is_ok());
    }
}
