import { Controller, Get, Module } from '@nestjs/common'
import { anyone, authenticated, role, type Allowed, type Guard, type Principal } from 'countersign'
import { Access, CountersignModule, Protect } from 'countersign/nest'

@Controller()
export class OrdersController {
  @Get('data')
  data(@Access() access: Allowed<Principal>) {
    return { hello: access.principal.subject }
  }

  @Get('admin')
  @Protect(role('admin'))
  admin() {
    return { ok: true }
  }

  @Get('feed')
  @Protect(anyone())
  feed(@Access() access: Allowed) {
    // @ts-expect-error an access without a type argument may be that of an anonymous caller
    const subject = access.principal.subject
    return { subject, for: access.principal?.subject ?? 'everybody' }
  }
}

@Controller('admin')
@Protect(role('admin'))
export class AdminController {}

export const appModule = (guard: Guard) => {
  @Module({
    imports: [CountersignModule.forRoot({ guard, otherwise: authenticated() })],
    controllers: [OrdersController, AdminController],
  })
  class AppModule {}
  return AppModule
}
