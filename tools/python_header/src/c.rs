//! Rust's types and constants as C writes them.

use syn::{BinOp, Expr, GenericArgument, Lit, PathArguments, ReturnType, Type, UnOp};

/// `declare(fn(*mut A) -> B, "f")` is `B (*f)(A *)`. An empty name declares a type.
pub fn declare(ty: &Type, name: &str) -> String {
    declare_as(ty, name, false)
}

fn declare_as(ty: &Type, name: &str, constant: bool) -> String {
    let qualifier = if constant { "const " } else { "" };
    match ty {
        Type::Ptr(pointer) => declare_as(&pointer.elem, &format!("*{qualifier}{name}"), pointer.const_token.is_some()),
        Type::BareFn(function) => {
            let parameters = parameters(function.inputs.iter().map(|input| &input.ty), function.variadic.is_some());
            returning(&function.output, &format!("(*{qualifier}{name})({parameters})"))
        }
        Type::Never(_) => join("void", name),
        Type::Tuple(tuple) if tuple.elems.is_empty() => join("void", name),
        Type::Path(path) => {
            let last = path.path.segments.last().expect("a path has an end");
            if let PathArguments::AngleBracketed(arguments) = &last.arguments {
                // Option<fn>: a pointer that may be NULL, as every pointer of C's.
                let Some(GenericArgument::Type(inner)) = arguments.args.first() else { panic!("{}", last.ident) };
                return declare_as(inner, name, constant);
            }
            join(&format!("{qualifier}{}", named(&last.ident.to_string())), name)
        }
        _ => panic!("a type that C has not"),
    }
}

fn join(ty: &str, name: &str) -> String {
    if name.is_empty() { ty.to_owned() } else { format!("{ty} {name}") }
}

/// `R name`, for what a function returns.
pub fn returning(output: &ReturnType, name: &str) -> String {
    match output {
        ReturnType::Default => format!("void {name}"),
        ReturnType::Type(_, ty) => declare(ty, name),
    }
}

pub fn parameters<'a>(types: impl Iterator<Item = &'a Type>, variadic: bool) -> String {
    let mut list: Vec<String> = types.map(|ty| declare(ty, "")).collect();
    if variadic {
        list.push("...".to_owned());
    }
    if list.is_empty() { "void".to_owned() } else { list.join(", ") }
}

fn named(name: &str) -> &str {
    match name {
        "c_char" => "char",
        "c_schar" => "signed char",
        "c_uchar" => "unsigned char",
        "c_short" => "short",
        "c_ushort" => "unsigned short",
        "c_int" => "int",
        "c_uint" => "unsigned int",
        "c_long" => "long",
        "c_ulong" => "unsigned long",
        "c_longlong" => "long long",
        "c_ulonglong" => "unsigned long long",
        "c_float" | "f32" => "float",
        "c_double" | "f64" => "double",
        "c_void" => "void",
        "usize" => "size_t",
        "isize" => "Py_ssize_t",
        "i32" => "int32_t",
        "i64" => "int64_t",
        "u8" => "uint8_t",
        "u16" => "uint16_t",
        "u32" => "uint32_t",
        "u64" => "uint64_t",
        // pyo3-ffi's own names for what older versions return otherwise.
        "TailmatchResult" => "Py_ssize_t",
        "symtable" => "struct symtable",
        other => other,
    }
}

/// A constant's value; None where it is none that C could have.
pub fn value(ty: &Type, expr: &Expr) -> Option<String> {
    if let Type::Ptr(_) = ty {
        let Expr::Cast(cast) = expr else { return None };
        return Some(format!("((void *){})", number(&cast.expr, "")?));
    }
    if !matches!(ty, Type::Path(_)) {
        return None;
    }
    let suffix = match declare(ty, "").as_str() {
        "int" | "Py_ssize_t" => "",
        "unsigned int" | "uint32_t" => "U",
        "unsigned long" => "UL",
        _ => return None,
    };
    let value = number(expr, suffix)?;
    // What is longer than a number or a name stands in brackets.
    Some(if value.contains([' ', '-', '~']) && !value.starts_with('(') { format!("({value})") } else { value })
}

fn number(expr: &Expr, suffix: &str) -> Option<String> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(int) => {
                let written = int.to_string();
                let digits = written.strip_suffix(int.suffix()).unwrap_or(&written).replace('_', "");
                Some(format!("{digits}{suffix}"))
            }
            _ => None,
        },
        Expr::Paren(inner) => Some(format!("({})", number(&inner.expr, suffix)?)),
        Expr::Cast(cast) => number(&cast.expr, suffix),
        Expr::Unary(unary) => match unary.op {
            UnOp::Neg(_) => Some(format!("-{}", number(&unary.expr, suffix)?)),
            UnOp::Not(_) => Some(format!("~{}", number(&unary.expr, suffix)?)),
            _ => None,
        },
        Expr::Binary(binary) => {
            let operator = match binary.op {
                BinOp::BitOr(_) => "|",
                BinOp::BitAnd(_) => "&",
                BinOp::Shl(_) => "<<",
                BinOp::Add(_) => "+",
                BinOp::Sub(_) => "-",
                _ => return None,
            };
            Some(format!("({} {operator} {})", number(&binary.left, suffix)?, number(&binary.right, suffix)?))
        }
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        // Numbers that 3.15 gave anew; those of before go on to be understood.
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if path.path.is_ident("_Py_SLOT_COMPAT_VALUE") => number(call.args.first()?, suffix),
            _ => None,
        },
        _ => None,
    }
}
