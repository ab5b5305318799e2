# Device numbers as Linux packs them: 12 bits of major and 8 of minor at the bottom, the rest of both above.

    .text
# device_major(dev) -> major number
    .globl device_major
device_major:
    srli t0, a0, 8
    li t1, 0xfff
    and t0, t0, t1
    srli a0, a0, 32
    not t1, t1
    and a0, a0, t1
    or a0, a0, t0
    ret

# device_minor(dev) -> minor number
    .globl device_minor
device_minor:
    andi t0, a0, 0xff
    srli a0, a0, 12
    li t1, 0xffffff00
    and a0, a0, t1
    or a0, a0, t0
    ret
