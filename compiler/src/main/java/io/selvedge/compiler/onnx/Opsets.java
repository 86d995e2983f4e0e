package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.op.OpCatalog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which version of each domain's operators a model or a function speaks. */
final class Opsets {
    private final Map<String, Integer> versions = new HashMap<>();

    /** @throws SelvedgeException UNSUPPORTED_OPSET when ai.onnx is imported in a version that is not read, or nothing is imported */
    Opsets(List<OperatorSetIdProto> imports, String file) {
        for (OperatorSetIdProto set : imports) {
            String domain = domain(set.getDomain());
            boolean isRead = domain.isEmpty()
                    ? set.getVersion() >= OpCatalog.OLDEST_OPSET && set.getVersion() <= OpCatalog.NEWEST_OPSET
                    : set.getVersion() == (int) set.getVersion() && set.getVersion() > 0;
            if (!isRead) {
                throw new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OPSET,
                        file + " has opset " + set.getVersion()
                                + (domain.isEmpty()
                                        ? "; supported are " + range() + ". Export it again with one of these"
                                        : " of " + domain + ", which is no version"));
            }
            versions.put(domain, (int) set.getVersion());
        }
        if (versions.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OPSET,
                    file + " names no opset of ai.onnx or another domain; it needs one of ai.onnx from " + range());
        }
    }

    /** ai.onnx is the empty domain, as files mostly write it. */
    static String domain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    /** Domain of a node, in words. */
    static String name(NodeProto node) {
        return domain(node.getDomain()).isEmpty() ? "ai.onnx" : node.getDomain();
    }

    /** The imported version of a domain; empty when it is not imported. */
    Optional<Integer> version(String domain) {
        return Optional.ofNullable(versions.get(domain(domain)));
    }

    /**
     * The version that an operator is read in; files leave out the import of domains other than ai.onnx.
     *
     * @throws SelvedgeException UNSUPPORTED_OPSET when it is of ai.onnx, which was not imported
     */
    int of(OpCatalog.Entry entry) {
        return version(entry.domain()).orElseGet(() -> {
            if (entry.domain().isEmpty()) {
                throw new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OPSET,
                        "is of ai.onnx, of which no opset is imported; it needs one from " + range());
            }
            return entry.versions().getLast();
        });
    }

    private static String range() {
        return OpCatalog.OLDEST_OPSET + " to " + OpCatalog.NEWEST_OPSET;
    }
}
